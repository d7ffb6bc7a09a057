// Working groups: spaces of their own inside a school; who reads is decided by keys.
#ifndef __EMSCRIPTEN__
#include "api/bundle.h"
#include "world.h"

namespace sejawat::api {
namespace {

using base::Code;

struct Groups : World {
  cycle::Record problem(const char* title) {
    cycle::Record record;
    record.type = cycle::kProblem;
    record.values["title"] = title;
    return record;
  }
  std::size_t problems(Core& core) {
    store::RecordFilter filter;
    filter.type = cycle::kProblem;
    auto found = core.cycle().records().list(filter);
    EXPECT_TRUE(found.ok());
    return found.ok() ? found->size() : 0;
  }
};

TEST_F(Groups, AreFoundedByTeachersAndReadByWhoWasAddedAlone) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  auto citra = member(*ani, "Citra");
  auto dewi = member(*ani, "Dewi");
  for (int i = 0; i < 2; ++i) {
    for (auto* core : {ani.get(), budi.get(), citra.get(), dewi.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  }
  auto group = budi->create_group("Kelas rendah");
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(budi->add_member(*group, citra->person(), "teacher").ok());
  EXPECT_EQ(budi->add_member(*group, citra->person(), "teacher").code(), Code::already_exists);
  auto id = budi->cycle().begin(*group, problem("kalimat kelompok"));
  ASSERT_TRUE(id.ok());
  auto report = sync(*budi);
  EXPECT_EQ(report.code, Code::ok);
  EXPECT_EQ(report.refused, 0U);
  for (auto* core : {ani.get(), citra.get(), dewi.get()}) EXPECT_EQ(sync(*core).code, Code::ok);
  EXPECT_EQ(problems(*citra), 1U) << "she did nothing but sync";
  EXPECT_EQ(problems(*ani), 0U);
  EXPECT_EQ(problems(*dewi), 0U);
  for (auto* core : {ani.get(), dewi.get()}) {
    for (const auto& space : status(*core).spaces) {
      EXPECT_FALSE(space.space == *group) << "not even its ciphertext";
    }
  }
  EXPECT_EQ(server.disk().find("kalimat kelompok"), std::string::npos);

  // She writes there as well, and may not add others.
  auto answer = citra->cycle().contribute(*id, "reply", "Saya juga melihatnya");
  ASSERT_TRUE(answer.ok()) << answer.error().detail();
  EXPECT_EQ(citra->add_member(*group, dewi->person(), "teacher").code(), Code::not_permitted);
  EXPECT_EQ(sync(*citra).code, Code::ok);
  EXPECT_EQ(sync(*budi).code, Code::ok);
  EXPECT_EQ(budi->cycle().records().show(*answer)->value("text"), "Saya juga melihatnya");
  EXPECT_EQ(budi->members(&*group)->size(), 2U);
  EXPECT_EQ(budi->members()->size(), 4U) << "the school is the community that is meant";
}

// Not hidden in a screen: given all the sealed bytes of another's journal and of a group, they open nothing.
TEST_F(Groups, PrincipalOperatorCoordinatorAndExpertCannotDecryptWhatTheyMayNotRead) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  std::map<std::string, std::unique_ptr<Core>> others;
  for (const char* role : {"principal", "operator", "coordinator", "expert"}) {
    const auto link = invite_by(*ani, role);
    others[role] = person(role);
    ASSERT_TRUE(others[role]->join(link).ok());
    ASSERT_EQ(sync(*others[role]).code, Code::ok);
  }
  for (auto* core : {ani.get(), budi.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  add(*budi, "kalimat rahasia jurnal");
  auto group = budi->create_group("Kelas rendah");
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(budi->cycle().begin(*group, problem("kalimat rahasia kelompok")).ok());
  ASSERT_EQ(sync(*budi).code, Code::ok);

  auto bundle = budi->export_bundle({});
  ASSERT_TRUE(bundle.ok());
  base::Bytes file;
  for (;;) {
    auto piece = (*bundle)->next();
    ASSERT_TRUE(piece.ok());
    if (piece->empty()) break;
    base::append(file, *piece);
  }
  EXPECT_EQ((*bundle)->counts().spaces, 3U) << "the journal, the school and the group";
  for (auto& [role, core] : others) {
    ASSERT_EQ(sync(*core).code, Code::ok);
    auto import = core->import_bundle();
    ASSERT_TRUE(import.ok());
    ASSERT_TRUE((*import)->check(file).ok());
    ASSERT_TRUE((*import)->checked().ok());
    ASSERT_TRUE((*import)->take(file).ok());
    auto report = (*import)->finish();
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->not_for_us, 2U) << role << ": the journal and the group stay shut";
    EXPECT_EQ(problems(*core), 0U) << role;
    EXPECT_EQ(texts(*core), "") << role;
    for (const auto& space : status(*core).spaces) {
      EXPECT_FALSE(space.space == *group) << role;
      EXPECT_EQ(space.waiting_segments, 0U) << role << ": not even ciphertext waits for a key";
    }
  }
}

TEST_F(Groups, WhoIsRemovedFromAGroupReadsNoMoreOfIt) {
  auto ani = founder();
  auto budi = member(*ani, "Budi");
  auto citra = member(*ani, "Citra");
  for (auto* core : {ani.get(), budi.get(), citra.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  auto group = budi->create_group("Kelas rendah");
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(budi->add_member(*group, citra->person(), "teacher").ok());
  ASSERT_TRUE(budi->cycle().begin(*group, problem("sebelum")).ok());
  for (auto* core : {budi.get(), citra.get(), budi.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  ASSERT_TRUE(budi->remove_member(citra->person(), &*group).ok());
  ASSERT_TRUE(budi->cycle().begin(*group, problem("sesudah")).ok());
  for (auto* core : {budi.get(), citra.get()}) sync(*core);
  EXPECT_EQ(problems(*citra), 1U) << "what she could read stays";
  EXPECT_EQ(problems(*budi), 2U);
  // Added again she reads on, with nobody asking her.
  ASSERT_TRUE(budi->add_member(*group, citra->person(), "teacher").ok());
  for (auto* core : {budi.get(), citra.get(), budi.get(), citra.get()}) sync(*core);
  EXPECT_EQ(problems(*citra), 2U);
}

TEST_F(Groups, AStrangerFoundsNoneOnACarrier) {
  auto ani = founder();
  auto stranger = person("Orang");
  auto group = stranger->create_community("Tamu", space::SpaceKind::group, server.address(), nullptr);
  ASSERT_TRUE(group.ok()) << "on their own device they may";
  sync(*stranger);
  auto ids = stranger->cycle().begin(*group, problem("kalimat tamu"));
  ASSERT_TRUE(ids.ok());
  sync(*stranger);
  EXPECT_GT(pending(*stranger), 0U);
  EXPECT_EQ(stranger->create_group("Kelas rendah").code(), Code::not_found);
}

TEST_F(Groups, ATeacherOnASecondDeviceFindsTheGroupsToo) {
  auto ani = founder();
  space::RecoveryCard card;
  auto budi = member(*ani, "Budi", &card);
  auto citra = member(*ani, "Citra");
  for (auto* core : {ani.get(), budi.get(), citra.get()}) ASSERT_EQ(sync(*core).code, Code::ok);
  auto group = citra->create_group("Kelas tinggi");
  ASSERT_TRUE(group.ok());
  ASSERT_TRUE(citra->add_member(*group, budi->person(), "facilitator").ok());
  ASSERT_TRUE(citra->cycle().begin(*group, problem("masalah")).ok());
  ASSERT_EQ(sync(*citra).code, Code::ok);
  budi.reset();  // lost, before it ever saw the group
  auto fresh = open("Budi baru");
  ASSERT_TRUE(fresh->recover(card, server.address()).ok());
  for (int i = 0; i < 3; ++i) ASSERT_EQ(sync(*fresh).code, Code::ok);
  EXPECT_EQ(problems(*fresh), 1U);
}

}  // namespace
}  // namespace sejawat::api
#endif
