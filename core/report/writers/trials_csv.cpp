// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/csv.h"
#include "core/report/writers/csv.h"

namespace ca {
namespace {

using Row = std::vector<std::string>;

const Row kHeading{"id",
                   "method",
                   "name",
                   "origin",
                   "state",
                   "bytes",
                   "ratio",
                   "correct",
                   "n",
                   "top1",
                   "low",
                   "high",
                   "top5",
                   "fixed",
                   "broken",
                   "p_value",
                   "verdict",
                   "latency_ms",
                   "latency_low",
                   "latency_high",
                   "kernel",
                   "on_front",
                   "holdout_correct",
                   "holdout_n",
                   "holdout_top1",
                   "holdout_low",
                   "holdout_high",
                   "seconds",
                   "recipe_hash",
                   "error"};

void add_empty(Row &row, std::size_t count)
{
    row.insert(row.end(), count, std::string());
}

void add_share(Row &row, const Accuracy &accuracy)
{
    row.insert(row.end(),
               {std::to_string(accuracy.correct), std::to_string(accuracy.n), to_text(accuracy.top1()),
                to_text(accuracy.interval[0]), to_text(accuracy.interval[1])});
}

void add_comparison(Row &row, const std::optional<PairedComparison> &versus_float)
{
    if (!versus_float)
        return add_empty(row, 4);
    row.insert(row.end(),
               {std::to_string(versus_float->fixed), std::to_string(versus_float->broken), to_text(versus_float->p_value),
                csv_text(versus_float->verdict)});
}

void add_latency(Row &row, const std::optional<Latency> &latency)
{
    if (latency && latency->real && latency->batch1)
        row.insert(row.end(), {to_text(latency->batch1->median), to_text(latency->batch1->low), to_text(latency->batch1->high)});
    else
        add_empty(row, 3);
    row.push_back(!latency ? "" : latency->real ? "real" : "simulated");
}

Row row_of(const Study &study, const Trial &trial)
{
    Row row{csv_text(trial.id), csv_text(trial.method), csv_text(trial.name), to_text(trial.origin), to_text(trial.state)};
    if (trial.selection) {
        const Bytes size = trial.selection->size;
        row.push_back(std::to_string(size.value));
        row.push_back(size.value > 0 ? to_text(static_cast<double>(study.float_bytes.value) / static_cast<double>(size.value), 3)
                                     : "");
        add_share(row, trial.selection->accuracy);
        row.push_back(trial.selection->accuracy.top5 ? to_text(*trial.selection->accuracy.top5) : "");
        add_comparison(row, trial.selection->versus_float);
        add_latency(row, trial.selection->latency);
    } else {
        add_empty(row, 16);
    }
    row.emplace_back(trial.on_front ? "1" : "0");
    if (trial.holdout)
        add_share(row, trial.holdout->accuracy);
    else
        add_empty(row, 5);
    row.insert(row.end(), {to_text(trial.seconds, 3), csv_text(trial.recipe_hash), csv_text(trial.error)});
    return row;
}

} // namespace

std::string trials_csv(const Study &study)
{
    std::string text = csv_line(kHeading);
    for (const Trial &trial : study.trials)
        text += csv_line(row_of(study, trial));
    return text;
}

} // namespace ca
