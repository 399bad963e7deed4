// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/block_scan_torch.h"

#include "core/base/parallel.h"

namespace ca {
namespace {

/// All layers in one format, and then all but those of one block after another.
class FormatBlocks {
public:
    FormatBlocks(DivergenceSetup &setup, const ImageRound &round, SensitivityTable &table, std::size_t format,
                 std::stop_token stop)
        : setup_(setup),
          layers_(setup.layers()),
          round_(round),
          table_(table),
          format_(format),
          name_(setup.options().formats[format]),
          stop_(std::move(stop)),
          variants_(table.layers.size())
    {
    }

    Status run(const std::function<bool()> &enough)
    {
        if (take_known())
            return {};
        if (const auto made = make_variants(); !made)
            return made;
        Variant all;
        for (const auto &one : variants_)
            if (one)
                all.insert(one->begin(), one->end());
        const Program::Data quantized = with_variant(layers_.program(), all);
        if (const auto whole = run_whole(quantized); !whole)
            return whole;
        KnownFixedValues none; // they belong to this format
        const BranchSink sink = [&](std::size_t block, std::size_t, const DivergenceSums &measured) {
            table_.blocks[block].without[name_] = measured.mean();
            setup_.cache().put(cell("block " + table_.blocks[block].name), measured);
        };
        return run_branches({quantized, round_.batches, *round_.expected, setup_.options().threads}, branches(), none, sink,
                            enough, stop_);
    }

private:
    [[nodiscard]] std::string cell(const std::string &what) const { return what + " " + name_ + " " + round_.text(); }

    /// True where the cache has all of it.
    bool take_known()
    {
        const auto whole = setup_.cache().find(cell("whole"));
        bool all = whole.has_value();
        if (whole)
            table_.whole[name_] = whole->mean();
        for (BlockSensitivity &block : table_.blocks) {
            const auto without = setup_.cache().find(cell("block " + block.name));
            all = all && (without || !changes(block));
            if (without)
                block.without[name_] = without->mean();
        }
        return all;
    }

    /// A layer of the block can have the format.
    [[nodiscard]] bool changes(const BlockSensitivity &block) const
    {
        for (std::size_t layer = 0; layer < table_.layers.size(); ++layer)
            if (table_.layers[layer].block == block.name && !layers_.steps(layer).empty() && layers_.can(layer, name_))
                return true;
        return false;
    }

    Status make_variants()
    {
        return parallel_for(variants_.size(), setup_.options().threads, stop_, [&](std::size_t layer) {
            return guarded("Rounding weights", 1, [&] { variants_[layer] = setup_.variant(layer, format_); });
        });
    }

    Status run_whole(const Program::Data &quantized)
    {
        const auto outputs = run_batches(quantized, round_.batches, setup_.options().threads, stop_);
        if (!outputs)
            return forward(outputs);
        DivergenceSums sums;
        const auto compared = guarded("Comparing outputs", 1, [&] { sums = round_.expected->compare(0, *outputs); });
        if (!compared)
            return compared;
        table_.whole[name_] = sums.mean();
        setup_.cache().put(cell("whole"), sums);
        return {};
    }

    /// A branch puts the float steps of a block back.
    [[nodiscard]] std::vector<Branch> branches() const
    {
        std::vector<Branch> all;
        for (std::size_t block = 0; block < table_.blocks.size(); ++block) {
            Variant restored;
            for (std::size_t layer = 0; layer < variants_.size(); ++layer)
                if (table_.layers[layer].block == table_.blocks[block].name && variants_[layer])
                    for (const std::size_t step : layers_.steps(layer))
                        restored.emplace(step, layers_.program().steps[step]);
            if (restored.empty() || table_.blocks[block].without.contains(name_))
                continue;
            Branch branch{block, {}, 1, [restored](std::size_t) { return std::optional(restored); }};
            for (const auto &[step, original] : restored)
                branch.steps.push_back(step);
            all.push_back(std::move(branch));
        }
        return all;
    }

    DivergenceSetup &setup_;
    const LayerVariants &layers_;
    const ImageRound &round_;
    SensitivityTable &table_;
    const std::size_t format_;
    const std::string &name_;
    const std::stop_token stop_;
    std::vector<std::optional<Variant>> variants_;
};

} // namespace

Status scan_blocks(DivergenceSetup &setup, const ImageRound &round, SensitivityTable &table, const std::function<void()> &changed,
                   const std::function<bool()> &enough, std::stop_token stop, const Progress &progress)
{
    const std::size_t formats = setup.options().formats.size();
    for (std::size_t format = 0; format < formats && !enough(); ++format) {
        progress.report("Measuring blocks", format, formats);
        if (const auto done = FormatBlocks(setup, round, table, format, stop).run(enough); !done)
            return done;
        changed();
    }
    progress.report("Measuring blocks", formats, formats);
    return {};
}

} // namespace ca
