// Bundles as an app would write and read them.
#include "base/result.h"
#include "door.h"

namespace sejawat::api {
namespace {

using base::Code;

std::uint32_t number(Code code) { return static_cast<std::uint32_t>(code); }

std::string export_all(Door& door) {
  std::string file;
  for (bool begin = true;; begin = false) {
    auto reply =
        door.call([&](wire::Request& request) { request.mutable_bundle_export()->set_begin(begin); });
    EXPECT_EQ(reply.result_case(), wire::Reply::kBundlePiece);
    file += reply.bundle_piece().piece();
    if (reply.bundle_piece().last() || reply.result_case() != wire::Reply::kBundlePiece) return file;
  }
}

wire::Reply give(Door& door, const std::string& piece, bool begin, bool last) {
  return door.call([&](wire::Request& request) {
    auto& import = *request.mutable_bundle_import();
    import.set_begin(begin);
    import.set_piece(piece);
    import.set_last(last);
  });
}

TEST(DoorBundle, AFileIsCheckedWholeAndThenTaken) {
  Door door;
  door.init();
  for (int i = 0; i < 50; ++i) door.add("catatan " + std::to_string(i));
  const std::string file = export_all(door);
  ASSERT_GT(file.size(), 1000U);
  const std::size_t half = file.size() / 2;
  EXPECT_FALSE(give(door, file.substr(0, half), true, false).bundle_taken().checked());
  const auto checked = give(door, file.substr(half), false, true).bundle_taken();
  EXPECT_TRUE(checked.checked());
  EXPECT_FALSE(checked.finished());
  EXPECT_TRUE(give(door, file.substr(0, half), false, false).bundle_taken().checked());
  const auto taken = give(door, file.substr(half), false, true).bundle_taken();
  EXPECT_TRUE(taken.finished());
  ASSERT_EQ(taken.spaces_size(), 1);
  EXPECT_EQ(taken.spaces(0).applied(), 0U);
  EXPECT_GT(taken.spaces(0).duplicate(), 0U);
  EXPECT_EQ(give(door, file, false, true).error().code(), number(Code::not_found));
}

TEST(DoorBundle, WhatDoesNotCheckEndsTheImportAndChangesNothing) {
  Door door;
  door.init();
  door.add("satu");
  std::string file = export_all(door);
  file[file.size() / 2] = static_cast<char>(file[file.size() / 2] ^ 1);
  EXPECT_EQ(give(door, file, true, true).result_case(), wire::Reply::kError);
  EXPECT_EQ(give(door, file, false, true).error().code(), number(Code::not_found));
  EXPECT_EQ(give(door, "", true, true).error().code(), number(Code::malformed));
  Door other(":memory:", 9);
  other.init("Orang lain");
  EXPECT_EQ(give(other, export_all(door), true, true).error().code(), number(Code::key_missing));
}

TEST(DoorBundle, OnlyWhatIsThereIsWritten) {
  Door door;
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_bundle_export()->set_begin(true); }),
            number(Code::not_found));
  door.init();
  EXPECT_EQ(door.error_of([](wire::Request& r) { r.mutable_bundle_export(); }), number(Code::not_found));
  EXPECT_EQ(door.error_of([](wire::Request& r) {
    r.mutable_bundle_export()->set_begin(true);
    r.mutable_bundle_export()->add_spaces("short");
  }),
            number(Code::invalid_argument));
  EXPECT_EQ(door.error_of([](wire::Request& r) {
    r.mutable_bundle_export()->set_begin(true);
    r.mutable_bundle_export()->add_spaces(std::string(16, 'x'));
  }),
            number(Code::not_found));
  EXPECT_EQ(door.error_of([](wire::Request& r) {
    r.mutable_bundle_export()->set_begin(true);
    r.mutable_bundle_export()->set_without_personal(true);
  }),
            number(Code::not_found));
}

}  // namespace
}  // namespace sejawat::api
