// What a member whose program is not ours can have others read of what waits: counted in bytes that are asked
// for from the heap, all together, whether they are given back or not.
#if !defined(__EMSCRIPTEN__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <cstdlib>
#include <new>

#include "core_state.h"
#include "world.h"

namespace {

std::size_t asked_for = 0;

void* take(std::size_t size) {
  asked_for += size;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace sejawat::api {
namespace {

using base::Code;

class WaitingCosts : public World {
 protected:
  static constexpr std::size_t kMany = 200;
  std::unique_ptr<Core> ani = founder("Ani");
  std::unique_ptr<Core> budi = member(*ani, "Budi");
  base::SpaceId school = community(status(*budi)).space;

  // What anybody with the school's key could have sealed, put where it lies once it came: full segments of a
  // log of Budi's, in this state.
  void has_come(std::size_t bytes_each, store::SegmentState state) {
    ani.reset();
    auto opened = store::Store::open(folder.file("Ani"), base::Secret32(base::Bytes(32, 3)), 0);
    ASSERT_TRUE(opened.ok());
    store::Store& store = **opened;
    store::Store::Transaction transaction(store);
    ASSERT_TRUE(transaction.begin().ok());
    for (std::size_t i = 0; i < kMany; ++i) {
      const store::StoredSegment row{base::LogId{{static_cast<std::uint8_t>(state)}},
                                     i,
                                     i,
                                     1,
                                     random.id<base::Hash32>(),
                                     base::Bytes(bytes_each, 1)};
      const auto put = store.put_segment(school, row, state);
      ASSERT_TRUE(put.ok()) << i << put.error().detail();
    }
    ASSERT_TRUE(transaction.commit().ok());
    opened->reset();
    ani = open("Ani");
  }
  template <class Call>
  static std::size_t cost_of(Call call) {
    call();  // what is read once and kept
    const std::size_t before = asked_for;
    call();
    return asked_for - before;
  }
};

// A phone has 512 MiB for all, and a member may leave more than that here.
TEST_F(WaitingCosts, CountingReadsNoneOfWhatLiesInQuarantineOrCannotBeRead) {
  const auto problem = begin_problem(*ani, school, "Siswa diam");
  ASSERT_EQ(sync(*ani).code, Code::ok);
  for (const auto state : {store::SegmentState::quarantined, store::SegmentState::unreadable}) {
    has_come(50'000, state);
    EXPECT_LT(cost_of([&] { static_cast<void>(status(*ani)); }), 1'000'000U) << "of 10 MB";
    EXPECT_LT(cost_of([&] { static_cast<void>(ani->quarantine()); }), 1'000'000U);
    EXPECT_LT(cost_of([&] { static_cast<void>(ani->delivery(school, problem)); }), 1'000'000U);
    EXPECT_EQ(*ani->delivery(school, problem), Delivery::on_carrier);
  }
}

}  // namespace
}  // namespace sejawat::api
#endif
