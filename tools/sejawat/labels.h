// The words of the schema, under the name that the commands use.
#pragma once

#include "cycle/labels.h"

namespace sejawat::cli {

using cycle::label;

}  // namespace sejawat::cli
