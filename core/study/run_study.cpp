// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study_runner.h"

namespace ca {

Result<Study> run_study(const Model &model, const DataSet &data, const StudyOptions &options, const TrialSink &on_trial,
                        std::stop_token stop, const Progress &progress)
{
    return StudyRunner(model, data, options, on_trial, std::move(stop), progress).run();
}

} // namespace ca
