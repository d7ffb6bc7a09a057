// Whose name may stand beside a record (F5, F6, F7). Every list, story and door asks here, so that a hidden
// name is hidden in all of them.
#pragma once

#include "cycle/record.h"

namespace sejawat::cycle {

// Whether the owner of `view` goes unnamed: the problem says so (or says so in one of several versions, or
// its words were taken back and it says nothing any more), it hangs on such a problem and is of the same
// person, it is a "me too", or an idea of a brainstorm that still runs.
base::Result<bool> name_hidden(Records& records, const RecordView& view);

}  // namespace sejawat::cycle
