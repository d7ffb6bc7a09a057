// What goes out of the door: whose name is hidden stands nowhere in it, late work is told change by change,
// and what no host could take becomes an error.
#include <gtest/gtest.h>

#include "api_codec.h"
#include "cycle/attachments.h"
#include "cycle/schema.h"
#include "sejawat/v1/api.pb.h"

namespace sejawat::api::door {
namespace {

namespace wire = ::sejawat::v1::api;

wire::Reply said(const base::Result<Result>& result) {
  const auto bytes = encode_reply(7, result);
  wire::Reply reply;
  EXPECT_TRUE(reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  EXPECT_EQ(reply.id(), 7U);
  return reply;
}

const base::PersonId kHidden{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
const base::PersonId kOther{{2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}};
const base::DeviceId kPhone{{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}};
const log::Dot kByHidden{base::LogId{{4}}, 1};
const log::Dot kByOther{base::LogId{{5}}, 1};

std::string id_of(const base::PersonId& person) { return std::string(base::as_text(person.view())); }

// A problem whose teacher did not want to be named, changed and decided upon by both.
Shown problem(bool hidden) {
  Shown shown;
  shown.view.record.type = cycle::entity("problem")->type;
  shown.view.record.values = {{"title", "Siswa diam"}};
  shown.view.owner = kHidden;
  shown.hidden = hidden;
  shown.made_on = {{kByHidden, {kPhone, false}}, {kByOther, {kPhone, true}}};
  for (const auto& [dot, by] : {std::pair(kByHidden, kHidden), std::pair(kByOther, kOther)}) {
    cycle::StepView step;
    step.dot = dot;
    step.by = by;
    step.to = "discussed";
    shown.view.steps.push_back(step);
  }
  for (const auto unfit : {cycle::Unfit::moved_on, cycle::Unfit::not_permitted, cycle::Unfit::impossible}) {
    cycle::StepView intent = shown.view.steps.front();
    intent.unfit = unfit;
    shown.view.intents.push_back(intent);
  }
  cycle::FieldVersions versions;
  versions.field = "title";
  versions.versions = {{"satu", kHidden, 5, kByHidden}, {"dua", kOther, 6, kByOther}};
  shown.view.versions = {versions};
  return shown;
}

CycleReply reply_of(decltype(CycleReply::result) result) {
  CycleReply reply;
  reply.result = std::move(result);
  reply.names = {{kHidden, "Bu Sari"}, {kOther, "Pak Budi"}};
  reply.me = kOther;
  return reply;
}

TEST(ReplyCodec, WhoseNameIsHiddenStandsInNoStepNoVersionAndNoDecision) {
  DecisionsShown decisions;
  decisions.hidden = kHidden;
  decisions.made_on = problem(true).made_on;
  for (const auto& [dot, by] : {std::pair(kByHidden, kHidden), std::pair(kByOther, kOther)}) {
    cycle::Decision decision;
    decision.dot = dot;
    decision.by = by;
    decision.field = "title";
    decision.choices = {{"satu", kHidden, {kByHidden, 5}}, {"dua", kOther, {kByOther, 6}}};
    decisions.rows.push_back(decision);
  }
  for (const auto& reply : {said(Result(reply_of(problem(true)))), said(Result(reply_of(decisions)))}) {
    const auto bytes = reply.SerializeAsString();
    EXPECT_EQ(bytes.find("Bu Sari"), std::string::npos);
    EXPECT_EQ(bytes.find(id_of(kHidden)), std::string::npos);
    EXPECT_NE(bytes.find("Pak Budi"), std::string::npos) << "the others are named";
    EXPECT_NE(bytes.find(id_of(kOther)), std::string::npos);
  }
  // Nor the device on which they wrote.
  const auto record = said(Result(reply_of(problem(true)))).cycle().record();
  ASSERT_EQ(record.versions(0).versions_size(), 2);
  EXPECT_TRUE(record.versions(0).versions(0).device().empty());
  EXPECT_EQ(record.versions(0).versions(1).device().size(), 16U);
  EXPECT_TRUE(record.versions(0).versions(1).here());
  const auto told = said(Result(reply_of(decisions))).cycle().decisions();
  ASSERT_EQ(told.decisions_size(), 2);
  EXPECT_TRUE(told.decisions(0).device().empty());
  EXPECT_FALSE(told.decisions(1).device().empty());
  EXPECT_TRUE(told.decisions(1).versions(0).device().empty());
}

TEST(ReplyCodec, WhoHidesNothingIsNamedWhereverTheyStand) {
  const auto record = said(Result(reply_of(problem(false)))).cycle().record();
  EXPECT_EQ(record.by().name(), "Bu Sari");
  EXPECT_FALSE(record.own());
  ASSERT_EQ(record.steps_size(), 2);
  EXPECT_EQ(record.steps(0).by().name(), "Bu Sari");
  EXPECT_EQ(record.steps(1).by().name(), "Pak Budi");
  ASSERT_EQ(record.intents_size(), 3);
  EXPECT_EQ(record.intents(0).why(), "moved_on");
  EXPECT_EQ(record.intents(1).why(), "not_permitted");
  EXPECT_EQ(record.intents(2).why(), "impossible");
  EXPECT_EQ(record.versions(0).versions(0).by().name(), "Bu Sari");
  EXPECT_EQ(record.versions(0).versions(0).device().size(), 16U);
}

TEST(ReplyCodec, LateWorkIsToldChangeByChange) {
  QuarantinedChange change;
  change.type = cycle::kJournalEntryType;
  change.wall_ms = 9;
  change.fields = {{2, "happened", "Anak-anak \xFF bertanya"}, {0, "subject", std::nullopt}};
  LateWork work;
  for (const auto kind :
       {log::OpKind::write, log::OpKind::trash, log::OpKind::increment, log::OpKind::append}) {
    change.kind = kind;
    work.changes.push_back(change);
  }
  work.changes[1].type = cycle::kAttachmentType;
  work.changes[2].type = cycle::entity("problem")->type;
  work.changes[3].type = 4'000'000;  // of a newer program
  work.sealed = {base::Bytes(5, 6)};
  work.total = 9;
  work.unreadable = 2;
  const auto told = said(Result(PeopleReply{work})).people().late_work();
  ASSERT_EQ(told.changes_size(), 4);
  const std::pair<const char*, const char*> expected[] = {
      {"write", "journal_entry"}, {"trash", "attachment"}, {"increment", "problem"}, {"append", ""}};
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(told.changes(i).what(), expected[i].first);
    EXPECT_EQ(told.changes(i).kind(), expected[i].second);
  }
  EXPECT_EQ(told.changes(0).fields(0).text(), "Anak-anak \xEF\xBF\xBD bertanya");
  EXPECT_FALSE(told.changes(0).fields(0).removed());
  EXPECT_TRUE(told.changes(0).fields(1).removed());
  EXPECT_EQ(told.sealed(0), std::string(5, '\x06'));
  EXPECT_EQ(told.total(), 9U);
  EXPECT_EQ(told.unreadable(), 2U);

  QuarantinedLog log;
  log.name = "Bu Sari";
  log.why = Late::device_removed;
  log.may_readmit = true;
  const auto logs = said(Result(PeopleReply{std::vector<QuarantinedLog>{log}})).people().late();
  ASSERT_EQ(logs.logs_size(), 1);
  EXPECT_EQ(logs.logs(0).reason(), "device_removed");
  EXPECT_TRUE(logs.logs(0).may_readmit());
}

TEST(ReplyCodec, WhoAwaitsConfirmationOrOnlyReadsMayNotWrite) {
  std::vector<MemberInfo> members(3);
  for (auto& member : members) member.role = space::WireRole::writer;
  members[1].role = space::WireRole::reader;
  members[2].provisional = true;
  const auto list = said(Result(PeopleReply{members})).people().members();
  ASSERT_EQ(list.members_size(), 3);
  EXPECT_TRUE(list.members(0).may_write());
  EXPECT_FALSE(list.members(1).may_write());
  EXPECT_FALSE(list.members(2).may_write());
}

TEST(ReplyCodec, AReplyThatNoHostCouldTakeBecomesItsError) {
  BundlePiece piece;
  piece.piece.resize(kMaxReply - 100);
  EXPECT_EQ(said(Result(piece)).result_case(), wire::Reply::kBundlePiece);
  piece.piece.resize(kMaxReply);
  const auto reply = said(Result(piece));
  EXPECT_EQ(reply.result_case(), wire::Reply::kError);
  EXPECT_EQ(reply.error().code(), static_cast<std::uint32_t>(base::Code::too_large));
}

}  // namespace
}  // namespace sejawat::api::door
