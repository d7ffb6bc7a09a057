// The zstd dictionary with id 1, trained at build time from the phrases of this folder.
#pragma once

namespace sejawat::log {

extern const unsigned char kDictionaryV1[];
extern const unsigned long kDictionaryV1Size;

}  // namespace sejawat::log
