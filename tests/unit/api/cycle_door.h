// The cycle's side of the door: a school of one, and what a screen asks.
#pragma once

#include <functional>

#include "base/result.h"
#include "door.h"
#include "sejawat/v1/api_cycle.pb.h"
#include "sejawat/v1/api_people.pb.h"

namespace sejawat::api {

namespace cw = wire::cycle;
using base::Code;
using Ask = std::function<void(cw::CycleRequest&)>;

inline std::uint32_t number(Code code) { return static_cast<std::uint32_t>(code); }

struct CycleDoor : ::testing::Test {
  void SetUp() override {
    door.clock.set_wall(1'754'186'400'000);  // 3 August 2025, 02.00 UTC
    door.init("Pak Budi");
    const auto created = door.call([](wire::Request& r) {
      r.mutable_create_community()->set_name("SDN Contoh");
      r.mutable_create_community()->set_kind(wire::SCHOOL);
      r.mutable_create_community()->set_carrier(address_at("sejawat://sekolah.example:8787"));
    });
    school = created.created().space();
    door.events();
  }
  wire::Reply ask(const Ask& set) {
    return door.call([&](wire::Request& request) {
      request.mutable_cycle()->set_utc_offset_minutes(8 * 60);
      set(*request.mutable_cycle());
    });
  }
  cw::CycleReply done(const Ask& set) {
    auto reply = ask(set);
    EXPECT_EQ(reply.result_case(), wire::Reply::kCycle)
        << reply.error().code() << " " << reply.error().detail();
    return reply.cycle();
  }
  std::uint32_t refused(const Ask& set) {
    auto reply = ask(set);
    EXPECT_EQ(reply.result_case(), wire::Reply::kError);
    return reply.error().code();
  }
  static void set(cw::Content& content, const char* field, const std::string& text) {
    auto* value = content.add_values();
    value->set_field(field);
    value->set_text(text);
  }
  static std::string value(const cw::RecordView& view, const std::string& field) {
    for (const auto& one : view.content().values()) {
      if (one.field() == field) return one.text();
    }
    return {};
  }
  cw::RecordView begin(const char* kind, std::initializer_list<std::pair<const char*, std::string>> values) {
    return done([&](cw::CycleRequest& r) {
             auto* add = r.mutable_record_add();
             add->set_space(school);
             add->set_kind(kind);
             for (const auto& [field, text] : values) set(*add->mutable_content(), field, text);
           })
        .record();
  }
  cw::RecordView shared() {
    return done([&](cw::CycleRequest& r) {
             auto* share = r.mutable_problem_share();
             share->set_space(school);
             set(*share->mutable_content(), "title", "Siswa diam saat diskusi");
           })
        .record();
  }
  cw::RecordView show(const std::string& id) {
    return done([&](cw::CycleRequest& r) { r.mutable_record_show()->set_id(id); }).record();
  }

  Door door;
  std::string school;
};

}  // namespace sejawat::api
