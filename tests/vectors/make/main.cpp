// Writes the golden vectors: make_vectors FOLDER. Only with a new version of the protocol
// (tests/vectors/README.md).
#include <cstdio>
#include <fstream>

#include "crypto/hash.h"
#include "make.h"

namespace sejawat::vectors {
namespace {

void print(std::ostream& out, const json::value& value, const std::string& indent) {
  const std::string deeper = indent + "  ";
  const char* separator = "\n";
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out << "{";
    for (const auto& [key, member] : *object) {
      out << separator << deeper << json::serialize(json::string(key)) << ": ";
      print(out, member, deeper);
      separator = ",\n";
    }
    out << "\n" << indent << "}";
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out << "[";
    for (const auto& item : *array) {
      out << separator << deeper;
      print(out, item, deeper);
      separator = ",\n";
    }
    out << "\n" << indent << "]";
  } else {
    out << json::serialize(value);
  }
}

bool write(const std::string& folder, const char* name, const json::object& content) {
  std::ofstream file(folder + "/" + name + ".json", std::ios::binary);
  print(file, content, "");
  file << "\n";
  file.close();
  return file.good();
}

}  // namespace
}  // namespace sejawat::vectors

int main(int argc, char** argv) {
  using namespace sejawat::vectors;
  if (argc != 2) {
    std::fprintf(stderr, "Usage: make_vectors FOLDER\n");
    return 2;
  }
  sejawat::crypto::initialise();
  const std::string folder = argv[1];
  const bool written = write(folder, "labels", make_labels()) && write(folder, "padding", make_padding()) &&
                       write(folder, "segment", make_segments()) && write(folder, "fork", make_fork()) &&
                       write(folder, "digest", make_digests()) && write(folder, "keys", make_keys()) &&
                       write(folder, "identity", make_identity()) &&
                       write(folder, "card_key", make_card_key()) && write(folder, "noise", make_noise()) &&
                       write(folder, "signature", make_signatures()) &&
                       write(folder, "attachment", make_attachments()) &&
                       write(folder, "bundle", make_bundle()) && write(folder, "erasure", make_erasure());
  if (!written) std::fprintf(stderr, "make_vectors: cannot write into the folder\n");
  return written ? 0 : 1;
}
