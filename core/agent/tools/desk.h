// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/study/study_runner.h"

#include <string>
#include <vector>

namespace ca {

/// What the tools see of a study, and what they do to it. For one thread at a time.
class StudyDesk {
public:
    StudyDesk() = default;
    StudyDesk(const StudyDesk &) = delete;
    StudyDesk &operator=(const StudyDesk &) = delete;
    virtual ~StudyDesk() = default;

    [[nodiscard]] virtual const Study &study() const = 0;
    [[nodiscard]] virtual const Model &model() const = 0;
    [[nodiscard]] virtual const DataSet &data() const = 0;
    [[nodiscard]] virtual const StudyOptions &options() const = 0;
    [[nodiscard]] virtual const SensitivityTable *table() const = 0; ///< null before `plan`
    [[nodiscard]] virtual const Planner *planner() const = 0;        ///< null before `plan`
    [[nodiscard]] virtual std::size_t trials_left() const = 0;
    [[nodiscard]] virtual double seconds_left() const = 0;
    /// `b` against `a` on selection, image by image. Errors: those of StudyStore::compare; `not_found` where nothing is kept.
    [[nodiscard]] virtual Result<PairedComparison> compare(const std::string &a, const std::string &b) const = 0;

    // As StudyRunner's.
    [[nodiscard]] virtual Status plan() = 0;
    [[nodiscard]] virtual Result<std::vector<Proposal>> propose(std::size_t count) = 0;
    [[nodiscard]] virtual Status carry_out(const std::vector<TrialRequest> &requests, const std::string &summary,
                                           const std::function<std::optional<std::string>()> &why_not) = 0;
    [[nodiscard]] virtual Status set_constraints(const Constraints &constraints) = 0;
};

/// A study that runs. `runner` outlives it.
class RunnerDesk final : public StudyDesk {
public:
    explicit RunnerDesk(StudyRunner &runner) : runner_(runner) { }

    [[nodiscard]] const Study &study() const override { return runner_.study(); }
    [[nodiscard]] const Model &model() const override { return runner_.model(); }
    [[nodiscard]] const DataSet &data() const override { return runner_.data(); }
    [[nodiscard]] const StudyOptions &options() const override { return runner_.options(); }
    [[nodiscard]] const SensitivityTable *table() const override { return runner_.table(); }
    [[nodiscard]] const Planner *planner() const override { return runner_.planner(); }
    [[nodiscard]] std::size_t trials_left() const override { return runner_.trials_left(); }
    [[nodiscard]] double seconds_left() const override { return runner_.seconds_left(); }
    [[nodiscard]] Result<PairedComparison> compare(const std::string &a, const std::string &b) const override;
    [[nodiscard]] Status plan() override { return runner_.plan(); }
    [[nodiscard]] Result<std::vector<Proposal>> propose(std::size_t count) override { return runner_.propose(count); }
    [[nodiscard]] Status carry_out(const std::vector<TrialRequest> &requests, const std::string &summary,
                                   const std::function<std::optional<std::string>()> &why_not) override
    {
        return runner_.carry_out(requests, summary, why_not);
    }
    [[nodiscard]] Status set_constraints(const Constraints &constraints) override { return runner_.set_constraints(constraints); }

private:
    StudyRunner &runner_;
};

} // namespace ca
