#include "message_memory.h"

namespace sejawat::storage {
namespace {

constexpr std::size_t kBlock = 16;  // what an allocation costs beside its bytes

template <class Item>
std::size_t own(const std::vector<Item>& items) {
  return items.capacity() == 0 ? 0 : kBlock + items.capacity() * sizeof(Item);
}

std::size_t whole(const std::vector<base::Bytes>& items) {
  std::size_t sum = own(items);
  for (const auto& item : items) sum += own(item);
  return sum;
}

}  // namespace

std::size_t memory_of(const sync::ClientMessage& message) {
  std::size_t sum = own(message.spaces) + own(message.chunks) + own(message.wants) + own(message.receipts);
  if (message.hello) sum += own(message.hello->positions) + own(message.hello->operator_secret);
  for (const auto& space : message.spaces) {
    sum += whole(space.records) + own(space.logs);
    for (const auto& run : space.logs) sum += own(run.log) + whole(run.segments);
    if (space.vector) sum += own(space.vector->entries) + own(space.vector->records);
  }
  for (const auto& piece : message.chunks) sum += own(piece.bytes);
  return sum;
}

}  // namespace sejawat::storage
