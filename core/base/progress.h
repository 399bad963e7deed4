// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ca {

/// How far one stage of long work is.
struct ProgressReport {
    std::string stage; ///< what is being done, as a person would say it: "Evaluating T3 on selection"
    std::uint64_t done = 0;
    std::uint64_t total = 0;         ///< 0 where it is not known
    double elapsed = 0;              ///< seconds since the stage began
    std::optional<double> remaining; ///< seconds, once there is ground for a guess
};

/// Where long work says how far it is. Throttled at the source: a sink gets the first and the last report of a stage
/// and at most one each interval between, so callers report as often as they like. Safe from several threads;
/// the sink is called from whichever thread reports, one at a time. A default one reports nowhere. Cheap to copy.
class Progress {
public:
    using Sink = std::function<void(const ProgressReport &)>;

    Progress() = default;
    explicit Progress(Sink sink, std::chrono::milliseconds interval = std::chrono::milliseconds(100));

    /// A change of `stage` starts its clock anew.
    void report(std::string_view stage, std::uint64_t done, std::uint64_t total) const;

    /// The same sink with `prefix` before each stage: the part that runs inside a trial need not know the trial.
    [[nodiscard]] Progress with_prefix(std::string prefix) const;

private:
    struct State;
    std::shared_ptr<State> state_;
    std::string prefix_;
};

} // namespace ca
