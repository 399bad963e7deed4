// SPDX-License-Identifier: GPL-3.0-or-later
// What it is worth to hold a run before each layer and to go on from there for all formats of the layer: the same divergences to
// the bit, in at most 1 / 1.7 of the time of whole runs, on ResNet-18 and ViT in turns. Else exit code 1.
#include "core/base/parallel.h"
#include "core/data/read_batch.h"
#include "core/scan/branches_torch.h"
#include "core/scan/layer_variants_torch.h"
#include "tests/support/bench.h"

#include <algorithm>
#include <chrono>

namespace {

constexpr double kLeastGain = 1.7;
constexpr int kRounds = 3;
constexpr std::size_t kBatch = 32, kBatches = 2;
const std::vector<std::string> kFormats{"int8", "int4", "int2", "nf4"};

struct Measured {
    double seconds = 0;
    std::vector<ca::DivergenceSums> sums;
};

class Bench {
public:
    Bench(const std::filesystem::path &file, const ca::DataSet &data)
        : model_(value_of(ca::load_model(file, {}, {}, {}))), variants_(model_, {})
    {
        const auto preprocess = value_of(ca::parse_preprocess("cifar10"));
        for (std::size_t i = 0; i < kBatches; ++i)
            batches_.push_back(
                ca::as_tensor(value_of(ca::read_batch(data.calibration, i * kBatch, kBatch, preprocess, model_.input)).images)
                    .clone());
        expected_.emplace(value_of(ca::run_batches(variants_.program(), batches_, 0, {})));
        // Rounding and packing is the same work for both ways, and is left out of what is timed.
        for (std::size_t layer = 0; layer < model_.program.layers().size(); ++layer) {
            std::vector<std::optional<ca::Variant>> made;
            for (const std::string &format : kFormats)
                made.push_back(variants_.variant(layer, format));
            branches_.push_back({layer, variants_.steps(layer), kFormats.size(), [made](std::size_t i) { return made[i]; }});
        }
    }

    Measured run(bool from_start)
    {
        Measured measured;
        const ca::BranchRun how{variants_.program(), batches_, *expected_, 0, from_start};
        ca::KnownFixedValues known;
        const auto began = std::chrono::steady_clock::now();
        const auto done = ca::run_branches(
            how, branches_, known,
            [&](std::size_t, std::size_t, const ca::DivergenceSums &sums) { measured.sums.push_back(sums); },
            [] { return false; }, {});
        measured.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        if (!done)
            std::exit(1);
        return measured;
    }

private:
    ca::Model model_;
    ca::LayerVariants variants_;
    std::vector<at::Tensor> batches_;
    std::optional<ca::FloatOutputs> expected_;
    std::vector<ca::Branch> branches_;
};

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

bool gains(const char *name, const std::filesystem::path &file, const ca::DataSet &data)
{
    const c10::InferenceMode inference;
    Bench bench(file, data);
    std::vector<double> ratios;
    bool same = true;
    for (int round = 0; round < kRounds; ++round) {
        const Measured whole = bench.run(true), held = bench.run(false);
        ratios.push_back(whole.seconds / held.seconds);
        same = same && whole.sums == held.sums;
    }
    const bool is = same && median(ratios) >= kLeastGain;
    std::printf("result: %s: whole runs take %.2f times as long as held ones (at least %.1f: %s), divergences are %s\n", name,
                median(ratios), kLeastGain, reached(is), same ? "the same to the bit" : "NOT the same");
    return is;
}

} // namespace

int main()
{
    const CifarNets nets = shared_cifar_nets();
    const bool first = gains("ResNet-18", nets.resnet18, nets.data), second = gains("ViT", nets.vit, nets.data);
    return first && second ? 0 : 1;
}
