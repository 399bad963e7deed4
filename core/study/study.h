// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"
#include "core/evaluate/evaluate.h"
#include "core/quantize/quantize.h"
#include "core/search/planner.h"
#include "core/study/language_model_use.h"

#include <filesystem>
#include <functional>

namespace ca {

enum class TrialState { queued, running, done, failed, cancelled, interrupted };
enum class TrialOrigin { baseline, planner, advisor, user };
[[nodiscard]] std::string to_text(TrialState state);
[[nodiscard]] std::string to_text(TrialOrigin origin);

/// A recipe, carried out and measured, with who proposed it and why.
struct Trial {
    std::string id; ///< `T1`
    std::optional<std::string> parent;
    TrialOrigin origin = TrialOrigin::baseline;
    std::string method; ///< `fp32`, `static-int8`, `int4-weight`, `mixed`
    std::string name;   ///< a few words: "mixed, 3.6 bits"
    std::string reason;
    Recipe recipe;
    std::string recipe_hash;
    Bytes predicted_bytes;
    std::optional<double> predicted_drop; ///< percentage points of accuracy on selection; absent: nobody predicted
    TrialState state = TrialState::queued;
    std::optional<Measurement> selection, holdout;
    bool on_front = false;
    double seconds = 0;
    std::string error;
};

/// It is done or has failed: it is not carried out again.
[[nodiscard]] inline bool was_carried_out(const Trial &trial)
{
    return trial.state == TrialState::done || trial.state == TrialState::failed;
}

/// Trials that were proposed together, before any of them was measured.
struct StudyRound {
    std::string summary;         ///< what was queued, and why
    std::size_t first_trial = 0; ///< index of the first of them in Study::trials
    bool operator==(const StudyRound &) const = default;
};

/// A model, data and all trials.
struct Study {
    std::string name, model_name, model_sha256, data_name;
    std::vector<std::pair<std::string, std::pair<std::size_t, std::string>>> splits; ///< name, size, hash
    std::uint64_t seed = 0;
    std::string head_sentence, preprocess_sentence;
    Bytes float_bytes;
    std::optional<Measurement> float_selection, float_holdout;
    std::vector<Trial> trials;
    std::vector<std::pair<std::size_t, double>> hypervolume; ///< after each finished trial
    std::optional<std::string> smallest, fastest, balanced;  ///< trial ids
    std::optional<std::string> answer;                       ///< the trial that holds the constraints, where there are any
    Constraints constraints;
    std::vector<StudyRound> rounds;
    std::string why_over; ///< why the planner proposed no more; empty where it was not asked, or something else ended it
    LanguageModelUse llm;
    double seconds = 0;
    std::vector<std::filesystem::path> files; ///< that are in its folder, or are written there next
};
/// A trial is done: there is something to keep.
[[nodiscard]] bool has_results(const Study &study);

/// The object that `run --json` prints, and study.json.
[[nodiscard]] OrderedJson to_json(const Study &study);

struct StudyOptions {
    std::string name;
    std::filesystem::path folder; ///< `<output>/<study>`; made if missing. Empty: nothing is written
    std::uint64_t seed = 0;
    std::size_t samples = 0; ///< the first N of selection and of holdout; 0: all
    int threads = 0;
    std::size_t max_trials = 24;
    double minutes = 30;
    bool latency = true; ///< batch-1 latency of each trial
    std::string head = "auto", preprocess = "auto";
    Constraints constraints{};
    std::size_t round = 4;              ///< trials that the planner proposes at once
    bool resume = false;                ///< go on with the study in `folder`
    bool queue_only = false;            ///< end when a round is queued, for others to carry out (`run_trial`)
    std::filesystem::path scan_cache{}; ///< ScanOptions::cache
    Json source = Json::object();       ///< how to open the model and the data again; kept in the store as it is
    std::function<void(std::stop_token)>
        before_trial{}; ///< called before each; may wait, which costs no minutes, until told to stop
};

/// What a watcher hears, on the runner's thread: a trial that changed state (its whole new value), and the study after it.
using TrialSink = std::function<void(const Study &, const Trial &)>;

/// Float first, then rounds of what the planner proposes (core/search/planner.h), until it has no more to propose or trials or
/// minutes are used up. `folder` gets the store (core/study/store.h), each finished trial in it and in study.json before the next
/// begins, and in `trials/` the exports of those on the front; without a folder nothing is written. Trials that are measured
/// before, by the same recipe on the same images, are not measured again. A trial ends early where it is settled that it stays
/// below the front. With `resume` at most the trial that was running is repeated, and what follows is what would have followed.
/// On a stop the study so far is returned with `cancelled` trials, and kept. After the last trial the front's are measured on
/// holdout. Errors: what keeps the study from starting (data, head, an unwritable folder, one that another process writes, a
/// study that is there and not to be gone on with, or was begun with something else), `cancelled` before there are trials, a
/// float model that cannot be measured; `constraint`.
[[nodiscard]] Result<Study> run_study(const Model &model, const DataSet &data, const StudyOptions &options,
                                      const TrialSink &on_trial, std::stop_token stop, const Progress &progress);

/// Writes `folder`/study.json whole or not at all. Errors: `unwritable`.
[[nodiscard]] Status write_study(const Study &study, const std::filesystem::path &folder);

} // namespace ca
