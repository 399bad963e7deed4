// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/load_study.h"

#include "core/search/constraints_json.h"
#include "core/study/trial_front.h"

namespace ca {
namespace {

constexpr const char *kRound = "round", *kOver = "over"; // kinds of entries

tl::unexpected<Error> damaged()
{
    return fail(ErrorCode::bad_format, "The transcript of the study is damaged. Begin a new study.");
}

/// The rounds, why the search ended where that is the last word, and what language models cost.
Status read_transcript(const std::vector<Json> &transcript, Study &study)
{
    for (const Json &entry : transcript) {
        if (!entry.is_object() || !entry.contains("kind"))
            return damaged();
        add_turn(study.llm, entry);
        if (entry["kind"] == kRound) {
            if (!entry.contains("summary") || !entry["summary"].is_string() || !entry.contains("first_trial")
                || !entry["first_trial"].is_number_unsigned())
                return damaged();
            study.rounds.push_back({clean_text(entry["summary"].get<std::string>()), entry["first_trial"].get<std::size_t>()});
            study.why_over.clear();
        } else if (entry["kind"] == kOver) {
            study.why_over = entry.contains("why") && entry["why"].is_string() ? clean_text(entry["why"].get<std::string>()) : "";
        }
    }
    return {};
}

} // namespace

Json to_entry(const StudyRound &round)
{
    return {{"kind", kRound}, {"summary", round.summary}, {"first_trial", round.first_trial}};
}

Json over_entry(const std::string &why)
{
    return {{"kind", kOver}, {"why", why}};
}

Study study_of(const StudyFacts &facts)
{
    Study study;
    study.name = facts.name;
    study.model_name = facts.model_name;
    study.model_sha256 = facts.model_sha256;
    study.data_name = facts.data_name;
    for (const SplitFacts &split : facts.splits)
        study.splits.emplace_back(split.name, std::pair(static_cast<std::size_t>(split.size), split.hash));
    study.seed = facts.seed;
    study.head_sentence = facts.head;
    study.preprocess_sentence = facts.preprocess;
    study.float_bytes = facts.float_bytes;
    if (const auto constraints = constraints_from_json(facts.options.value("constraints", Json::object())))
        study.constraints = *constraints;
    return study;
}

Result<OpenedStudy> open_study(const std::filesystem::path &folder)
{
    auto store = StudyStore::open_for_reading(folder);
    if (!store)
        return forward(store);
    auto facts = store->facts();
    return facts ? Result<OpenedStudy>(OpenedStudy{std::move(*store), std::move(*facts)}) : forward(facts);
}

Result<Study> load_study(const StudyStore &store)
{
    Study study;
    const auto read = store.snapshot([&]() -> Status {
        const auto facts = store.facts();
        if (!facts)
            return forward(facts);
        auto trials = store.trials();
        if (!trials)
            return forward(trials);
        auto volumes = store.hypervolume();
        if (!volumes)
            return forward(volumes);
        const auto transcript = store.transcript();
        if (!transcript)
            return forward(transcript);
        const auto seconds = store.scan(kSecondsTable);
        if (!seconds)
            return forward(seconds);
        study = study_of(*facts);
        study.trials = std::move(*trials);
        if (*seconds && (*seconds)->is_number())
            study.seconds = (*seconds)->get<double>();
        study.hypervolume = std::move(*volumes);
        return read_transcript(*transcript, study);
    });
    if (!read)
        return forward(read);
    if (!study.trials.empty() && study.trials.front().state == TrialState::done) {
        study.float_selection = study.trials.front().selection;
        study.float_holdout = study.trials.front().holdout;
        if (study.float_selection)
            study.float_bytes = study.float_selection->size;
    }
    look_at_front(study);
    return study;
}

Result<std::optional<FloatAnswers>> float_answers(const StudyStore &store, const Study &study, TrialSplit split)
{
    if (study.trials.empty() || study.trials.front().state != TrialState::done)
        return std::nullopt;
    const auto record = store.measurement_of(study.trials.front().id, split);
    if (!record)
        return forward(record);
    return *record ? std::optional(answers_of(**record)) : std::nullopt;
}

FloatAnswers answers_of(const MeasurementRecord &record)
{
    const Accuracy &accuracy = record.measurement.accuracy;
    return {{record.answers, {}, {}}, accuracy.right, accuracy.unread};
}

} // namespace ca
