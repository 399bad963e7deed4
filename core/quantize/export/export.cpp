// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quantize/export/export.h"

#include "core/base/atomic_file.h"
#include "core/base/deflate.h"
#include "core/files/safetensors.h"
#include "core/program/serialise_torch.h"
#include "core/quantize/dtypes_torch.h"
#include "core/quantize/export/export_config.h"
#include "core/quantize/export/export_names.h"
#include "core/quantize/export/export_tensors.h"
#include "core/quantize/kernels/u8_kernels.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <deque>
#include <set>
#include <span>

namespace ca {
namespace {

namespace names = export_names;

/// Everything that goes into a file. Holds the bytes that the views look at.
class Contents {
public:
    Contents(const Model &model, const Recipe &recipe, const ActivationRanges &ranges)
        : model_(model), recipe_(recipe), ranges_(ranges)
    {
    }

    ExportTensors tensors;
    std::map<std::string, std::string> metadata;

    /// Bytes of the tensors that only steps of the text tower read.
    std::int64_t text_bytes = 0;

    /// `weights` null: shapes alone, for a prediction. After a stop it is incomplete. Throws what torch throws.
    void collect(const std::map<std::string, StoredWeight> *weights, const std::stop_token &stop)
    {
        const Program::Data &program = model_.program.data();
        const auto constant_names = tensor_names(program);
        const std::set<Operand> text = text_constants(program);
        std::set<Operand> quantized;
        for (std::size_t i = 0; i < program.layers.size() && !stop.stop_requested(); ++i)
            if (const auto scheme = scheme_of(program.layers[i]); scheme) {
                quantized.insert(program.layer_weights[i]);
                count_if(text.contains(program.layer_weights[i]), [&] {
                    add_layer_weight(tensors, program.layers[i], *scheme, recipe_.options,
                                     weights ? &weights->at(program.layers[i].name) : nullptr);
                });
            }
        add_inputs(program);
        for (std::size_t i = 0; i < program.constants.size(); ++i)
            if (const Operand constant = ~static_cast<Operand>(i); !quantized.contains(constant))
                count_if(text.contains(constant), [&] { add_constant(program.constants[i].value, constant_names[i]); });
        if (!program.steps.empty()) {
            keep_deflated(names::kProgram, serialise(program, constant_names, {}));
            add_ranges();
        }
        keep_deflated(names::kRecipe, canonical(to_json(recipe_)));
        metadata = {{"format", "pt"}, {names::kAbout, about()}};
        if (const Json config = quantization_config(recipe_, program.layers); !config.is_null())
            metadata[names::kConfig] = canonical(config);
    }

private:
    /// Constants of the steps that run once, and of no others.
    static std::set<Operand> text_constants(const Program::Data &program)
    {
        std::set<Operand> text, others;
        for (std::size_t i = 0; i < program.steps.size(); ++i)
            for (const Operand operand : program.steps[i].in)
                if (is_constant(operand))
                    (i < program.fixed_steps ? text : others).insert(operand);
        for (const Operand operand : others)
            text.erase(operand);
        return text;
    }

    template <typename Add>
    void count_if(bool text, const Add &add)
    {
        const std::size_t before = tensors.views().size();
        add();
        text_bytes += text ? tensors.payload(before) : 0;
    }

    std::optional<Scheme> scheme_of(const Layer &layer) const
    {
        const auto found = recipe_.layers.find(layer.name);
        return found == recipe_.layers.end() || found->second.format == Format::fp32 ? std::nullopt
                                                                                     : std::optional(found->second);
    }

    template <typename Content>
    void keep_deflated(const char *name, const Content &content)
    {
        const auto stream = deflated(std::as_bytes(std::span(content)));
        tensors.keep(name, SafeDtype::u8, {static_cast<std::int64_t>(stream.size())}, stream);
    }

    /// Beside the program: numbers that calibration finds do not change what its stream takes, so sizes are known before.
    void add_ranges()
    {
        if (!has_static_activations(recipe_) || ranges_.empty())
            return;
        std::vector<float> rows;
        for (const auto &[slot, range] : ranges_.data().slots)
            rows.insert(rows.end(), {static_cast<float>(slot), range.first, range.second});
        tensors.keep(names::kRanges, SafeDtype::f32, {static_cast<std::int64_t>(rows.size() / 3), 3}, rows);
    }

    /// Scale and zero point of the inputs of layers with static activations, for other readers; ours takes the ranges.
    void add_inputs(const Program::Data &program)
    {
        std::set<int> done;
        for (const Step &step : program.steps) {
            if (step.layer < 0 || step.op == "aten::embedding" || is_constant(step.in[0]) || !done.insert(step.layer).second)
                continue;
            const Layer &layer = program.layers[static_cast<std::size_t>(step.layer)];
            const auto scheme = scheme_of(layer);
            if (!scheme || scheme->activation != Activation::static_int8 || ranges_.empty())
                continue;
            const auto &range = ranges_.data().slots.at(step.in[0]);
            const U8Grid grid = u8_grid(range.first, range.second);
            tensors.keep(layer.name + names::kInputScale, SafeDtype::f32, {1}, std::vector<float>{grid.scale});
            tensors.keep(layer.name + names::kInputZero, SafeDtype::i8, {1},
                         std::vector<std::int8_t>{static_cast<std::int8_t>(grid.zero - 128)});
        }
    }

    void add_constant(const c10::IValue &value, const std::string &name)
    {
        if (value.isTensor() && value.toTensor().defined() && written_.insert(name).second) {
            alive_.push_back(value.toTensor().contiguous());
            const at::Tensor &tensor = alive_.back();
            tensors.look_at({name,
                             dtype_of(tensor.scalar_type()),
                             tensor.sizes().vec(),
                             {static_cast<const std::byte *>(tensor.const_data_ptr()), tensor.nbytes()}});
        } else if (value.isTensorList() || value.isOptionalTensorList()) {
            std::size_t index = 0;
            for (const c10::IValue &item : value.toListRef())
                if (!item.isNone())
                    add_constant(item, name + "." + std::to_string(index++));
        }
    }

    std::string about() const
    {
        Json model{{"name", model_.name},
                   {"sha256", model_.sha256},
                   {"parameters", model_.parameters},
                   {"channels", model_.input.channels},
                   {"height", model_.input.height},
                   {"width", model_.input.width},
                   {"outputs", model_.input.outputs}};
        if (!model_.preprocess.empty())
            model["preprocess"] = model_.preprocess;
        if (!model_.output_names.empty())
            model["output_names"] = model_.output_names;
        if (model_.zero_shot)
            model["zero_shot"] = {{"classes", model_.zero_shot->classes}, {"templates", model_.zero_shot->templates}};
        return canonical({{"version", names::kVersion}, {"model", model}});
    }

    const Model &model_;
    const Recipe &recipe_;
    const ActivationRanges &ranges_;
    std::deque<at::Tensor> alive_;
    std::set<std::string> written_;
};

/// Ranges of the slots that have one in a file; which numbers they are does not change its size.
ActivationRanges some_ranges(const Model &model, const Recipe &recipe)
{
    if (!has_static_activations(recipe))
        return {};
    auto data = std::make_shared<ActivationRanges::Data>();
    const Program::Data &program = model.program.data();
    for (const int slot : slots_to_watch(program, find_groups(program, slot_shapes(program))))
        data->slots[slot] = {-1.0F, 1.0F};
    return ActivationRanges(std::move(data));
}

} // namespace

Bytes predicted_bytes(const Model &model, const Recipe &recipe)
{
    Bytes size;
    (void)guarded("Predicting the size", 1, [&] {
        const ActivationRanges ranges = some_ranges(model, recipe);
        Contents contents(model, recipe, ranges);
        contents.collect(nullptr, {});
        size = safetensors_size(contents.tensors.views(), contents.metadata);
    });
    return size;
}

Bytes stored_bytes(const Layer &layer, const Scheme &scheme, const RecipeOptions &options)
{
    if (scheme.format == Format::fp32)
        return bytes(layer.weights() * static_cast<std::int64_t>(sizeof(float)));
    ExportTensors tensors;
    add_layer_weight(tensors, layer, scheme, options, nullptr);
    return bytes(tensors.payload());
}

std::optional<TowerBytes> tower_bytes(const Model &model, const Recipe &recipe)
{
    if (!model.zero_shot)
        return std::nullopt;
    TowerBytes towers;
    const auto done = guarded("Predicting the size", 1, [&] {
        const ActivationRanges ranges = some_ranges(model, recipe);
        Contents contents(model, recipe, ranges);
        contents.collect(nullptr, {});
        towers.text = bytes(contents.text_bytes);
        towers.image = bytes(safetensors_size(contents.tensors.views(), contents.metadata).value - contents.text_bytes);
    });
    return done ? std::optional(towers) : std::nullopt;
}

Result<Bytes> write_export(const QuantizedModel &model, const std::filesystem::path &file, std::stop_token stop)
{
    if (!model.model.program.is_recorded())
        return fail(ErrorCode::unsupported,
                    "The model " + model.model.name + " runs through the interpreter, so it has no program to export.");
    Contents contents(model.model, model.recipe, model.ranges);
    const auto collected = guarded("Collecting the tensors", 1, [&] { contents.collect(&model.weights, stop); });
    if (!collected)
        return forward(collected);
    if (stop.stop_requested())
        return cancelled();
    return write_safetensors(file, contents.tensors.views(), contents.metadata, stop);
}

Result<Bytes> write_recipe(const Recipe &recipe, const std::filesystem::path &file)
{
    return write_file(file, canonical(to_json(recipe)));
}

} // namespace ca
