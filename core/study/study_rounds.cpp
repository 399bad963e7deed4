// SPDX-License-Identifier: GPL-3.0-or-later
// How a study begins or goes on, and what it carries out next.
#include "core/study/study_runner.h"

#include "core/base/atomic_file.h"
#include "core/quantize/export/export.h"
#include "core/scan/scan.h"
#include "core/scan/sensitivity_files.h"
#include "core/search/constraints_json.h"
#include "core/search/planner_baselines.h"
#include "core/study/load_study.h"
#include "core/study/machine_facts.h"
#include "core/study/trial_front.h"

#include <algorithm>

namespace ca {
namespace {

constexpr const char *kQueue = "queue"; ///< folder of the recipes that others carry out

/// Removes the files in `folder` that `is_one` names, those in folders within it by a `Walk` that goes there.
template <typename Walk, typename IsOne>
void remove_files(const std::filesystem::path &folder, const IsOne &is_one)
{
    std::error_code ignored;
    std::vector<std::filesystem::path> found;
    for (Walk entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored))
        if (is_one(entry->path().filename().string()))
            found.push_back(entry->path());
    for (const std::filesystem::path &file : found)
        std::filesystem::remove(file, ignored);
}

/// What a run left that was killed while it wrote.
void remove_leftovers(const std::filesystem::path &folder)
{
    remove_files<std::filesystem::recursive_directory_iterator>(folder, [](const std::string &name) {
        return name == kTrialExport || (name.starts_with('.') && name.ends_with(".part"));
    });
}

/// Adds this machine to those that the study was carried out on.
Status keep_machine(StudyStore &store)
{
    auto machines = store.scan(kMachinesTable);
    if (!machines)
        return forward(machines);
    Json all = machines->value_or(Json::array());
    const Json here = machine_facts();
    if (std::find(all.begin(), all.end(), here) != all.end())
        return {};
    all.push_back(here);
    return store.set_scan(kMachinesTable, all);
}

void clear_queue(const std::filesystem::path &queue)
{
    remove_files<std::filesystem::directory_iterator>(queue, [](const std::string &name) { return name.ends_with(".json"); });
}

} // namespace

Status StudyRunner::open()
{
    std::error_code ignored;
    const bool there = !options_.folder.empty() && std::filesystem::exists(options_.folder / kStoreFile, ignored);
    if (there && !options_.resume)
        return fail(ErrorCode::unwritable,
                    "There is a study in " + options_.folder.string()
                        + " already. Go on with it (--resume), choose another --study or --output, or move it away.");
    if (!options_.folder.empty())
        if (const auto writable = make_writable_folder(options_.folder / kExports); !writable)
            return writable;
    auto bench = prepare_study(model_, data_, options_, stop_, progress_);
    if (!bench)
        return forward(bench);
    bench_.emplace(std::move(*bench));
    bench_->facts.float_bytes = predicted_bytes(model_, {});
    bench_->facts.options["constraints"] = to_json(options_.constraints);
    bench_->facts.options["budget"] = {
        {"trials", options_.max_trials}, {"minutes", options_.minutes}, {"threads", options_.threads}};
    study_ = study_of(bench_->facts);
    if (options_.folder.empty())
        return queue_float();
    if (const auto begun = there ? go_on() : begin_store(); !begun)
        return begun;
    if (const auto kept = keep_machine(*store_); !kept)
        return kept;
    remove_leftovers(options_.folder);
    for (const char *name : {kStoreFile, "study.json", "trials.csv", "pareto.svg"}) // the last two by write_results
        study_.files.push_back(options_.folder / name);
    return study_.trials.empty() ? queue_float() : Status();
}

Status StudyRunner::begin_store()
{
    auto store = StudyStore::create(options_.folder, bench_->facts);
    if (!store)
        return forward(store);
    store_ = std::move(*store);
    made_store_ = true;
    return {};
}

/// With what the store holds. Trials that were begun and not finished are queued again.
Status StudyRunner::go_on()
{
    auto store = StudyStore::open_for_writing(options_.folder);
    if (!store)
        return forward(store);
    store_ = std::move(*store);
    const auto facts = store_->facts();
    if (!facts)
        return forward(facts);
    if (const auto same = check_same_study(*facts, bench_->facts); !same)
        return same;
    // Those that are given hold from now on; where none are, those that held before.
    if (options_.constraints != Constraints())
        if (const auto kept = keep_constraints(options_.constraints); !kept)
            return kept;
    auto kept = load_study(*store_);
    if (!kept)
        return forward(kept);
    study_ = std::move(*kept);
    earlier_seconds_ = study_.seconds;
    take_up_unfinished();
    drop_exports();
    auto answers = float_answers(*store_, study_, TrialSplit::selection);
    if (!answers)
        return forward(answers);
    float_answers_ = std::move(*answers);
    return {};
}

/// Those that are left stay in the store as they are, for whoever goes on with the study.
void StudyRunner::take_up_unfinished()
{
    for (Trial &trial : study_.trials) {
        if (was_carried_out(trial))
            continue;
        const bool leaves = unfinished_ == Unfinished::leave && &trial != &study_.trials.front();
        trial.state = !leaves ? TrialState::queued : trial.state == TrialState::queued ? TrialState::interrupted : trial.state;
        if (!leaves)
            trial.error.clear();
    }
}

Status StudyRunner::keep_constraints(const Constraints &constraints)
{
    if (!store_)
        return {};
    auto kept = store_->facts();
    if (!kept)
        return forward(kept);
    kept->options["constraints"] = to_json(constraints);
    return store_->set_facts(*kept);
}

Status StudyRunner::set_constraints(const Constraints &constraints)
{
    const Constraints before = std::exchange(study_.constraints, constraints);
    if (table_) {
        auto planner = make_planner();
        if (!planner) {
            study_.constraints = before;
            return forward(planner);
        }
        planner_ = std::move(*planner);
    }
    look_at_front(study_);
    return keep_constraints(constraints);
}

Status StudyRunner::note(const Json &entry)
{
    add_turn(study_.llm, entry);
    return store_ ? store_->append_transcript(entry) : Status();
}

Status StudyRunner::queue_float()
{
    const auto proposal = float_trial(model_);
    return proposal ? enqueue({request_of(*proposal)}, std::nullopt) : Status(forward(proposal));
}

Status StudyRunner::plan()
{
    if (!table_)
        if (const auto scanned = scan_layers(); !scanned)
            return scanned;
    if (planner_)
        return {};
    auto planner = make_planner();
    if (!planner)
        return forward(planner);
    planner_ = std::move(*planner);
    return {};
}

Status StudyRunner::scan_layers()
{
    ScanOptions options;
    options.threads = options_.threads;
    options.seed = options_.seed;
    options.cache = options_.scan_cache;
    options.formats = {"int8", "static-int8", "int6", "int4", "int3", "int2"};
    if (data_.calibration.size() == 0)
        options.notes.push_back("There is no calibration image, so divergence was not measured.");
    else if (const auto added = add_scan_images(options, model_, data_, to_text(bench_->bench.preprocess), stop_); !added)
        return forward(added);
    auto table = scan(model_, options, {}, stop_, progress_);
    if (!table)
        return forward(table);
    if (store_)
        if (const auto kept = store_->set_scan("sensitivity", Json(to_json(*table))); !kept)
            return kept;
    table_ = std::move(*table);
    return {};
}

Result<Planner> StudyRunner::make_planner()
{
    PlannerOptions planned;
    planned.constraints = study_.constraints;
    planned.seed = options_.seed;
    planned.trials = options_.max_trials;
    planned.has_images = data_.calibration.size() > 0;
    if (study_.constraints.latency) {
        auto timed = layer_latencies();
        if (!timed)
            return forward(timed);
        planned.latency = std::move(timed->layers);
        planned.other_latency = timed->others;
    }
    return Planner::of(model_, *table_, planned, stop_);
}

/// What was timed when the study began counts when it goes on, too: another clock would choose other recipes.
Result<LayerLatencies> StudyRunner::layer_latencies()
{
    if (store_) {
        const auto kept = store_->scan("latency");
        if (!kept)
            return forward(kept);
        if (*kept)
            return layer_latencies_from_json(**kept);
    }
    auto timed = time_layers(bench_->bench, stop_, progress_);
    if (timed && store_)
        if (const auto written = store_->set_scan("latency", to_json(*timed)); !written)
            return forward(written);
    return timed;
}

Result<std::vector<Proposal>> StudyRunner::propose(std::size_t count)
{
    if (model_.program.layers().empty() || trials_left() == 0)
        return std::vector<Proposal>();
    if (const auto planned = plan(); !planned)
        return forward(planned);
    return planner_->propose(trial_results(study_), std::min(count, trials_left()), stop_);
}

std::string StudyRunner::why_over() const
{
    if (model_.program.layers().empty())
        return "The network has no layer that could be quantized.";
    return planner_ ? planner_->why_over(trial_results(study_)) : "";
}

Status StudyRunner::end_search(const std::string &why)
{
    if (study_.why_over == why)
        return {};
    study_.why_over = why;
    return store_ ? store_->append_transcript(over_entry(why)) : Status();
}

/// The recipes of what is queued, a file each, for `run-trial` on any machine; others are removed from the queue.
Status StudyRunner::write_queue()
{
    if (options_.folder.empty())
        return {};
    const std::filesystem::path queue = options_.folder / kQueue;
    clear_queue(queue);
    for (const Trial &trial : study_.trials) {
        if (trial.state != TrialState::queued)
            continue;
        if (const auto writable = make_writable_folder(queue); !writable)
            return writable;
        const std::string name = trial.id + ".json";
        if (const auto written = write_file(queue / name, pretty(OrderedJson(to_json(trial.recipe))) + "\n"); !written)
            return forward(written);
        if (const auto kept = store_->add_artefact("queue", std::filesystem::path(kQueue) / name); !kept)
            return kept;
    }
    return {};
}

TrialRequest request_of(const Proposal &proposal)
{
    const bool is_planned = proposal.candidate.method == "mixed";
    return {proposal.candidate, is_planned ? TrialOrigin::planner : TrialOrigin::baseline, std::nullopt, proposal.predicted_drop};
}

/// All of a round or none of it, so that a study that is resumed proposes what one would that was not interrupted.
Status StudyRunner::enqueue(const std::vector<TrialRequest> &requests, const std::optional<StudyRound> &round)
{
    std::vector<Trial> trials;
    for (const TrialRequest &request : requests) {
        Trial trial;
        trial.id = "T" + std::to_string(study_.trials.size() + trials.size() + 1);
        trial.parent = request.parent;
        trial.origin = request.origin;
        trial.method = request.candidate.method;
        trial.name = request.candidate.name;
        trial.reason = request.candidate.reason;
        trial.recipe = request.candidate.recipe.recipe;
        trial.recipe_hash = hash(trial.recipe);
        trial.predicted_bytes = predicted_bytes(model_, trial.recipe);
        trial.predicted_drop = request.predicted_drop;
        trials.push_back(std::move(trial));
    }
    if (store_) {
        const auto kept = store_->transaction([&]() -> Status {
            for (const Trial &trial : trials)
                if (const auto added = store_->add_trial(trial); !added)
                    return added;
            return round ? store_->append_transcript(to_entry(*round)) : Status();
        });
        if (!kept)
            return kept;
    }
    if (round) {
        study_.rounds.push_back(*round);
        study_.why_over.clear(); // it was over before
    }
    for (Trial &trial : trials) {
        study_.trials.push_back(std::move(trial));
        tell(study_.trials.back());
    }
    return {};
}

} // namespace ca
