// The zstd dictionary with id 1, built from the phrases of this folder (README.md).
#pragma once

namespace sejawat::log {

extern const unsigned char kDictionaryV1[];
extern const unsigned long kDictionaryV1Size;

}  // namespace sejawat::log
