// Pronounceable words of 16 bits, five letters each (proquints, arXiv:0901.4016).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sejawat::space {

std::string proquint(std::uint32_t value);                        // of its low 16 bits
bool from_proquint(std::string_view word, std::uint32_t& value);  // lower case only

}  // namespace sejawat::space
