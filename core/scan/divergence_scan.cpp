// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/divergence_scan.h"

#include "core/scan/block_scan_torch.h"
#include "core/scan/divergence_setup_torch.h"

#include <algorithm>
#include <cmath>

namespace ca {
namespace {

constexpr std::size_t kFirstRound = 32;
constexpr std::size_t kMostInRound = 128; // values of all images of a round are held at once
constexpr double kStable = 0.95;

/// By layer and format.
using Sums = std::vector<std::vector<DivergenceSums>>;

class DivergenceScan {
public:
    DivergenceScan(DivergenceSetup &setup, std::chrono::steady_clock::time_point deadline, SensitivityTable &table,
                   const std::function<void()> &changed, std::stop_token stop, const Progress &progress)
        : setup_(setup),
          formats_(setup.options().formats),
          deadline_(deadline),
          table_(table),
          changed_(changed),
          stop_(std::move(stop)),
          progress_(progress),
          sums_(table.layers.size(), std::vector<DivergenceSums>(formats_.size()))
    {
    }

    Status run()
    {
        if (const auto rounds = run_rounds(); !rounds)
            return rounds;
        if (time_is_up())
            return {};
        const auto round = setup_.open_round(0, std::min(kScanImages, setup_.images()), stop_);
        if (!round || round->batches.empty())
            return round ? Status() : Status(forward(round));
        return scan_blocks(
            setup_, *round, table_, changed_, [this] { return time_is_up(); }, stop_, progress_);
    }

private:
    [[nodiscard]] bool time_is_up() const { return std::chrono::steady_clock::now() >= deadline_; }

    Status run_rounds();
    Result<bool> run_round(const ImageRound &round);
    std::vector<Branch> take_known(const ImageRound &round, Sums &sums);
    void show(const Sums &sums);
    void show(std::size_t layer, std::size_t format, const DivergenceSums &sums);
    [[nodiscard]] std::vector<std::vector<double>> ranking() const;
    [[nodiscard]] std::string cell(std::size_t layer, std::size_t format, const ImageRound &round) const
    {
        return "layer " + table_.layers[layer].layer.name + " " + formats_[format] + " " + round.text();
    }

    DivergenceSetup &setup_;
    const std::vector<std::string> &formats_;
    const std::chrono::steady_clock::time_point deadline_;
    SensitivityTable &table_;
    const std::function<void()> &changed_;
    const std::stop_token stop_;
    const Progress &progress_;
    Sums sums_; ///< of the rounds that are complete, or of the part of the first
    KnownFixedValues known_;
};

/// Each round doubles the images, so that it can be compared with all before.
Status DivergenceScan::run_rounds()
{
    const bool exactly = setup_.options().samples > 0;
    std::size_t end = std::min(kFirstRound, setup_.images());
    for (std::size_t first = 0; first < end;) {
        const auto round = setup_.open_round(first, end, stop_);
        if (!round)
            return forward(round);
        const auto before = ranking();
        if (!round->batches.empty()) {
            if (first == 0) // what it is does not change with the images
                table_.embedding = round->expected->is_embedding();
            const auto complete = run_round(*round);
            if (!complete || !*complete)
                return complete ? Status() : Status(forward(complete));
        }
        table_.images += round->places.size();
        changed_();
        const bool settled = !exactly && first > 0 && end >= kScanImages && ranking_is_stable(before, ranking());
        if (settled || end >= setup_.images() || time_is_up())
            return {};
        first = end;
        end = std::min(setup_.images(), exactly ? end + kMostInRound : 2 * end);
    }
    return {};
}

/// False where time was up before all layers were done; then only what the first round has of them counts.
Result<bool> DivergenceScan::run_round(const ImageRound &round)
{
    Sums sums = sums_;
    const std::vector<Branch> branches = take_known(round, sums);
    show(sums);
    const std::string stage =
        "Measuring divergence on images " + std::to_string(round.first + 1) + " to " + std::to_string(round.end);
    std::size_t begun = 0, measured = 0;
    const auto enough = [&] {
        const bool is_up = time_is_up();
        begun += is_up ? 0 : 1;
        return is_up;
    };
    const BranchSink sink = [&](std::size_t layer, std::size_t format, const DivergenceSums &of) {
        sums[layer][format].add(of);
        setup_.cache().put(cell(layer, format, round), of);
        show(layer, format, sums[layer][format]);
        progress_.report(stage, ++measured, branches.size() * formats_.size());
        changed_();
    };
    const BranchRun run{setup_.layers().program(), round.batches, *round.expected, setup_.options().threads};
    if (const auto done = run_branches(run, branches, known_, sink, enough, stop_); !done)
        return forward(done);
    const bool complete = begun == branches.size();
    if (complete || round.first == 0)
        sums_ = std::move(sums);
    show(sums_);
    return complete;
}

/// Adds what the cache has to `sums`; a branch for each layer of which something is missing.
std::vector<Branch> DivergenceScan::take_known(const ImageRound &round, Sums &sums)
{
    std::vector<Branch> branches;
    for (std::size_t layer = 0; layer < sums.size(); ++layer) {
        std::vector<DivergenceSums> with_known = sums[layer];
        bool missing = false;
        for (std::size_t format = 0; format < formats_.size(); ++format) {
            const auto known = setup_.cache().find(cell(layer, format, round));
            missing = missing || (!known && setup_.layers().can(layer, formats_[format]));
            if (known)
                with_known[format].add(*known);
        }
        const auto &steps = setup_.layers().steps(layer);
        if (!missing)
            sums[layer] = std::move(with_known);
        else if (!steps.empty())
            branches.push_back(
                {layer, steps, formats_.size(), [this, layer](std::size_t format) { return setup_.variant(layer, format); }});
    }
    return branches;
}

void DivergenceScan::show(const Sums &sums)
{
    for (std::size_t layer = 0; layer < sums.size(); ++layer)
        for (std::size_t format = 0; format < formats_.size(); ++format)
            show(layer, format, sums[layer][format]);
}

void DivergenceScan::show(std::size_t layer, std::size_t format, const DivergenceSums &sums)
{
    if (sums.images > 0)
        table_.layers[layer].divergence[formats_[format]] = sums.mean();
}

std::vector<std::vector<double>> DivergenceScan::ranking() const
{
    std::vector<std::vector<double>> columns(formats_.size());
    for (std::size_t format = 0; format < formats_.size(); ++format)
        for (const auto &row : sums_)
            columns[format].push_back(row[format].images > 0 ? ranked(table_, row[format].mean()) : std::nan(""));
    return columns;
}

} // namespace

Status scan_divergence(const Model &model, const ScanOptions &options, std::chrono::steady_clock::time_point deadline,
                       SensitivityTable &table, const std::function<void()> &changed, std::stop_token stop,
                       const Progress &progress)
{
    const auto setup = DivergenceSetup::make(model, options, deadline, stop, progress);
    if (!setup)
        return forward(setup);
    if (const auto &why = (*setup)->no_cache())
        table.notes.push_back("Nothing of this scan is kept for a later one. " + why->text());
    return DivergenceScan(**setup, deadline, table, changed, std::move(stop), progress).run();
}

bool ranking_is_stable(const std::vector<std::vector<double>> &before, const std::vector<std::vector<double>> &after)
{
    double sum = 0;
    std::size_t columns = 0;
    for (std::size_t i = 0; i < before.size(); ++i)
        if (const double rho = spearman(before[i], after[i]); std::isfinite(rho)) {
            sum += rho;
            ++columns;
        }
    return columns == 0 || sum / static_cast<double>(columns) >= kStable;
}

} // namespace ca
