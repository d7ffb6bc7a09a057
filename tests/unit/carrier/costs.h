// Of tests of what somebody who means harm can have a carrier do: further phones, groups, questions.
#pragma once

#include "failing_store.h"
#include "fixture.h"

namespace sejawat::carrier {

class CostTest : public SchoolTest {
 protected:
  // A further phone of that person, known in the school.
  Person another_phone(const Person& of) {
    Person phone(random);
    phone.identity = space::Identity::from_seed(base::Secret32::random(random));
    phone.certificate = space::certify(of.identity.sign, phone.keys, 100);
    const auto record = school.add(space::write_device(of.author(), school.membership, phone.certificate));
    EXPECT_EQ(offer(of, school.id(), record), Code::ok);
    return phone;
  }
  Community group_of(const Person& founder, std::uint8_t number) {
    const std::array<std::uint8_t, 16> salt{number};
    Community group(space::space_id(founder.certificate.identity_key, space::SpaceKind::group, salt));
    group.add(space::write_genesis(founder.author(), founder.identity.box.public_key(),
                                   space::SpaceKind::group, salt));
    EXPECT_EQ(offer(founder, group.id(), group.records().front()), Code::ok);
    return group;
  }
  Bytes log_of(const Person& by, const Community& in) {
    return space::write_log(by.author(), in.membership,
                            crypto::SigningKey::from_seed(base::Secret32::random(random)));
  }
  static sync::ClientMessage vector_of(const Community& of, const std::vector<Writing>& logs) {
    auto mine = upload(of.id());
    mine.vector.emplace();
    for (const auto& log : logs)
      mine.vector->entries.push_back({log.id, log.head.count, base::prefix_of<base::HeadTag>(log.head.hash)});
    for (const auto& record : of.records())
      mine.vector->records.push_back(base::prefix_of<base::HeadTag>(*space::record_id_of(record)));
    std::sort(mine.vector->records.begin(), mine.vector->records.end());
    sync::ClientMessage message;
    message.hello.emplace();
    message.spaces = {mine};
    return message;
  }
};

}  // namespace sejawat::carrier
