// One function per workload. Each prints nothing and returns its figures.
#pragma once

#include "school.h"

namespace sejawat::bench {

boost::json::object first_upload(const Options& options);
boost::json::object first_download(const Options& options);
boost::json::object no_op(const Options& options);
boost::json::object one_entry(const Options& options);
boost::json::object twenty_entries(const Options& options);
boost::json::object idle_connections(const Options& options);
boost::json::object batch_ingest(const Options& options);
boost::json::object strangers(const Options& options);
boost::json::object bad_clients(const Options& options);
boost::json::object five_years(const Options& options);
boost::json::object packs(const Options& options);
boost::json::object removals(const Options& options);
boost::json::object records(const Options& options);
boost::json::object epochs(const Options& options);

}  // namespace sejawat::bench
