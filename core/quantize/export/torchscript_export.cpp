// SPDX-License-Identifier: GPL-3.0-or-later
// A TorchScript file without anything of ours: operators of ATen, and weights in modules of their own. Layers that compute in
// bfloat16 do so here, or the whole network where our program has it so. Integer kernels depend on
// the processor, so layers with quantized activations compute in float here, on inputs that were rounded to the kernels' grids:
// sums of products of such numbers differ from the integers' by the rounding of floats alone.
#include "core/base/atomic_file.h"
#include "core/program/fusion_torch.h"
#include "core/program/serialise_torch.h"
#include "core/quantize/export/export.h"
#include "core/quantize/export/torchscript_torch.h"
#include "core/quantize/kernels/image_parts_torch.h"
#include "core/quantize/kernels/layer_arithmetic_torch.h"
#include "core/quantize/kernels/u8_kernels.h"
#include "core/quantize/ranges/ranges_torch.h"

#include <ATen/Functions.h>
#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/csrc/jit/serialization/export.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace ca {
namespace {

namespace jit = torch::jit;

/// A name that Python takes for an attribute: `layer1_0_conv1`.
std::string identifier(const std::string &name, std::set<std::string> &taken)
{
    std::string word = name;
    for (char &c : word)
        if (!std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 128)
            c = '_';
    if (word.empty() || std::isdigit(static_cast<unsigned char>(word[0])) || word[0] == '_')
        word = "t_" + word;
    std::string candidate = word;
    for (int copy = 2; !taken.insert(candidate).second; ++copy)
        candidate = word + "_" + std::to_string(copy);
    return candidate;
}

/// Slots that convolutions with static activations add to their sums, and that they read in u8 then: by the step that adds. None
/// after a stop.
std::map<std::size_t, int> u8_residuals(const Program::Data &plain, const QuantizedModel &model, const std::stop_token &stop)
{
    std::map<std::size_t, int> residuals;
    std::vector<c10::IValue> slots(static_cast<std::size_t>(plain.slots));
    if (!has_static_activations(model.recipe) || !take_fixed_values(plain, slots, stop)) // sizes take a run of the network
        return residuals;
    for (const FusedGroup &group : find_groups(plain, slot_shapes(plain)))
        if (group.residual && !is_constant(*group.residual) && plain.steps[group.step].op == "aten::conv2d"
            && arithmetic_of(plain, plain.steps[group.step], model.recipe, model.weights) == Arithmetic::static_int8)
            for (const std::size_t step : group.merged)
                residuals[step] = *group.residual;
    return residuals;
}

class Network {
public:
    explicit Network(const QuantizedModel &model)
        : model_(model),
          plain_(model.model.program.data()),
          unit_(std::make_shared<jit::CompilationUnit>()),
          root_(c10::QualifiedName("__torch__.compression_agent.Network"), unit_),
          weights_(unit_),
          names_(tensor_names(plain_))
    {
        root_.register_attribute("training", c10::BoolType::get(), false);
        root_.define(rounding_methods());
        taken_ = {"forward", "training"};
        for (const auto &method : root_.get_methods())
            taken_.insert(method.name());
        for (std::size_t i = 0; i < plain_.layers.size(); ++i)
            if (const auto stored = model.weights.find(plain_.layers[i].name); stored != model.weights.end())
                layer_of_.emplace(plain_.layer_weights[i], i);
    }

    /// Half done after a stop, which is heard between steps. Throws what torch throws.
    jit::Module make(const std::stop_token &stop, const Progress &progress)
    {
        const auto goes_on = [&](std::size_t step) {
            if (!stop.stop_requested())
                progress.report("Writing the network as TorchScript", step, plain_.steps.size());
            return !stop.stop_requested();
        };
        if (!goes_on(0))
            return root_;
        look_at_network(stop);
        for (std::size_t i = 0; i < plain_.fixed_steps; ++i) {
            if (!goes_on(i))
                return root_;
            compute_fixed(i);
        }
        auto graph = std::make_shared<jit::Graph>();
        Part part(*this, *graph, [&](Operand operand) { return attribute(*graph, operand); });
        for (const auto &[slot, value] : fixed_)
            part.writer.set(slot,
                            value.isTensor() ? buffer(*graph, "fixed_" + std::to_string(slot), value.toTensor())
                                             : graph->insertConstant(value));
        jit::Value *images = graph->addInput("x");
        part.writer.set(0, whole_in_bf16_ ? part.writer.cast(images, at::kBFloat16) : images);
        for (std::size_t i = plain_.fixed_steps; i < plain_.steps.size(); ++i) {
            if (!goes_on(i))
                return root_;
            write(part, i);
        }
        progress.report("Writing the network as TorchScript", plain_.steps.size(), plain_.steps.size());
        jit::Value *output = part.writer.slot(plain_.output);
        graph->registerOutput(whole_in_bf16_ ? part.writer.cast(output, at::kFloat) : output);
        root_.type()->addMethod(unit_->create_function(c10::QualifiedName(*root_.type()->name(), "forward"), std::move(graph)));
        return root_;
    }

private:
    /// A graph that is being written.
    struct Part {
        Part(const Network &network, jit::Graph &into, GraphWriter::TensorValue tensors)
            : graph(into),
              self(graph.addInput("self")->setType(network.root_.type())),
              writer(network.plain_, graph, std::move(tensors))
        {
        }
        jit::Graph &graph;
        jit::Value *self;
        GraphWriter writer;
        std::map<int, jit::Value *> rounded; ///< by slot, of static activations
    };

    /// Runs it, as what is found depends on what its values are. Incomplete after a stop.
    void look_at_network(const std::stop_token &stop)
    {
        whole_in_bf16_ = !whole_in_bf16(plain_, model_.recipe, model_.weights, stop).value_or(Program()).empty();
        layouts_ = image_layouts(plain_, model_.recipe, model_.weights, stop);
        residuals_ = u8_residuals(plain_, model_, stop);
        find_rounded_slots();
        find_narrow_layers();
    }

    Arithmetic arithmetic(const Step &step) const
    {
        const bool known = step.layer >= 0 && has_integer_kernel(plain_.layers[static_cast<std::size_t>(step.layer)]);
        return known ? arithmetic_of(plain_, step, model_.recipe, model_.weights) : Arithmetic::fp32;
    }

    /// Layers all of whose steps read their weight in bfloat16.
    void find_narrow_layers()
    {
        std::set<int> wide;
        for (const Step &step : plain_.steps)
            if (step.layer >= 0)
                (whole_in_bf16_ || arithmetic(step) == Arithmetic::bf16 ? narrow_ : wide).insert(step.layer);
        for (const int layer : wide)
            narrow_.erase(layer);
    }

    /// A constant in the type that the network computes in.
    at::Tensor constant(Operand operand) const
    {
        const at::Tensor tensor = plain_.tensor(operand);
        return whole_in_bf16_ && tensor.is_floating_point() ? tensor.to(at::kBFloat16) : tensor;
    }

    /// Kernels keep a slot in u8 alone where all who read it take that; then what is added is rounded as well.
    void find_rounded_slots()
    {
        std::map<int, int> readers, takers;
        ++readers[plain_.output];
        for (std::size_t i = 0; i < plain_.steps.size(); ++i)
            for (std::size_t k = 0; k < plain_.steps[i].in.size(); ++k) {
                const Operand operand = plain_.steps[i].in[k];
                if (is_constant(operand))
                    continue;
                const auto residual = residuals_.find(i);
                ++readers[operand];
                if ((k == 0 && arithmetic(plain_.steps[i]) == Arithmetic::static_int8)
                    || (residual != residuals_.end() && residual->second == operand))
                    ++takers[operand];
            }
        for (const auto &[slot, count] : takers)
            if (readers[slot] == count && model_.ranges.data().slots.contains(slot))
                only_rounded_.insert(slot);
    }

    jit::Value *call(Part &part, const char *method, std::vector<jit::Value *> arguments)
    {
        arguments.insert(arguments.begin(), part.self);
        jit::Node *node = part.graph.create(c10::prim::CallMethod, arguments, 1);
        node->s_(c10::attr::name, method);
        node->output()->setType(c10::TensorType::get());
        return part.graph.insertNode(node)->output();
    }

    jit::Value *rounded(Part &part, int slot)
    {
        auto &known = part.rounded[slot];
        if (!known) {
            const auto range = model_.ranges.data().slots.at(slot);
            const U8Grid grid = u8_grid(range.first, range.second, exact_levels());
            const auto number = [&](float value) { return part.graph.insertConstant(static_cast<double>(value)); };
            known = call(part, "rounded",
                         {part.writer.operand(slot), number(grid.scale), number(1.0F / grid.scale),
                          number(static_cast<float>(grid.zero))});
        }
        return known;
    }

    void write(Part &part, std::size_t index)
    {
        const Step &step = plain_.steps[index];
        const Arithmetic kind = arithmetic(step);
        std::vector<jit::Value *> in;
        for (std::size_t k = 0; k < step.in.size(); ++k) {
            const Operand operand = step.in[k];
            const bool round = (k == 0 && kind == Arithmetic::static_int8) || only_rounded_.contains(operand);
            in.push_back(round ? rounded(part, operand) : part.writer.operand(operand));
        }
        if (kind == Arithmetic::dynamic_int8 && !is_constant(step.in[0]))
            in[0] = call(part, "rounded_images",
                         {in[0], part.graph.insertConstant(layouts_[step.in[0]].of_one),
                          part.graph.insertConstant(layouts_[step.in[0]].in_turns),
                          part.graph.insertConstant(static_cast<double>(exact_levels()))});
        else if (kind == Arithmetic::token_int8)
            in[0] = call(part, "rounded_rows", {in[0]});
        else if (kind == Arithmetic::llm_int8 && step.op == "aten::linear")
            in[0] = call(part, "rounded_inliers", {in[0], part.graph.insertConstant(model_.recipe.options.threshold)});
        else if (kind == Arithmetic::llm_int8)
            return part.writer.set(step.out[0], llm_convolution(part, step, in));
        if (kind == Arithmetic::bf16 && !whole_in_bf16_)
            return part.writer.write_in_bf16(step, std::move(in));
        if (whole_in_bf16_ && step.op == "aten::to")
            part.writer.retarget_to_bf16(in);
        part.writer.write(step, std::move(in));
    }

    jit::Value *llm_convolution(Part &part, const Step &step, const std::vector<jit::Value *> &in)
    {
        const auto pair = [&](std::size_t i) {
            auto values = plain_.constants[constant_index(step.in[i])].value.toIntVector();
            values.resize(2, values.at(0));
            return part.graph.insertConstant(values);
        };
        return call(part, "llm_convolution",
                    {in[0], in[1], in[2], pair(3), pair(4), pair(5), part.graph.insertConstant(model_.recipe.options.threshold)});
    }

    /// A step that reads constants alone (those of CLIP's text tower do) is carried out here. Results are kept while a later step
    /// reads them.
    void compute_fixed(std::size_t index)
    {
        const Step &step = plain_.steps[index];
        auto graph = std::make_shared<jit::Graph>();
        Part part(*this, *graph, [&](Operand operand) { return graph->insertConstant(fixed_constant(operand)); });
        Stack stack{root_._ivalue()};
        for (const Operand operand : std::set(step.in.begin(), step.in.end()))
            if (!is_constant(operand)) {
                const c10::IValue &value = fixed_.at(operand);
                part.writer.set(operand, graph->addInput()->setType(value.isTensor() ? c10::TensorType::get() : value.type()));
                stack.push_back(value);
            }
        write(part, index);
        std::vector<int> kept;
        std::copy_if(step.out.begin(), step.out.end(), std::back_inserter(kept), [](int slot) { return slot >= 0; });
        for (const int slot : kept)
            graph->registerOutput(part.writer.slot(slot));
        jit::Code code(graph, "fixed");
        jit::InterpreterState(code).run(stack);
        for (std::size_t i = 0; i < step.in.size(); ++i)
            if (step.last[i])
                fixed_.erase(step.in[i]);
        for (std::size_t i = 0; i < kept.size(); ++i)
            fixed_[kept[i]] = std::move(stack.at(i));
    }

    at::Tensor fixed_constant(Operand operand) const
    {
        const auto layer = layer_of_.find(operand);
        if (layer == layer_of_.end())
            return constant(operand);
        const Layer &info = plain_.layers[layer->second];
        return as_tensor(model_.weights.at(info.name), info).to(weight_type(layer->second));
    }

    at::ScalarType weight_type(std::size_t layer) const
    {
        return narrow_.contains(static_cast<int>(layer)) ? at::kBFloat16 : at::kFloat;
    }

    jit::Value *buffer(jit::Graph &graph, const std::string &name, const at::Tensor &tensor)
    {
        const std::string attribute = identifier(name, taken_);
        root_.register_buffer(attribute, tensor.contiguous());
        return graph.insertGetAttr(graph.inputs()[0], attribute);
    }

    jit::Value *attribute(jit::Graph &graph, Operand operand)
    {
        auto &known = attributes_[operand];
        if (known)
            return known;
        const auto found = layer_of_.find(operand);
        if (found == layer_of_.end())
            return known = buffer(graph, names_[constant_index(operand)], constant(operand));
        const Layer &layer = plain_.layers[found->second];
        const std::string name = identifier(layer.name, taken_);
        root_.register_module(name, weights_.make(model_.weights.at(layer.name), layer.shape, weight_type(found->second)));
        return known = graph.insertGetAttr(graph.insertGetAttr(graph.inputs()[0], name), "weight");
    }

    const QuantizedModel &model_;
    const Program::Data &plain_;
    std::shared_ptr<jit::CompilationUnit> unit_;
    jit::Module root_;
    WeightModules weights_;
    std::vector<std::string> names_;
    bool whole_in_bf16_ = false;                 ///< the network, not each layer between casts
    std::map<int, ImageLayout> layouts_;         ///< by slot, of dynamic activations
    std::map<std::size_t, int> residuals_;       ///< by the step that adds them
    std::map<Operand, std::size_t> layer_of_;    ///< of weights that are stored
    std::set<int> narrow_;                       ///< layers whose weight is bfloat16
    std::set<int> only_rounded_;                 ///< slots that nobody reads as floats
    std::map<int, c10::IValue> fixed_;           ///< by slot: of steps that read constants alone, still read
    std::map<Operand, jit::Value *> attributes_; ///< of forward
    std::set<std::string> taken_;
};

} // namespace

Result<Bytes> write_torchscript(const QuantizedModel &model, const std::filesystem::path &file, std::stop_token stop,
                                const Progress &progress)
{
    if (!model.model.program.is_recorded() || !model.model.has_network())
        return fail(ErrorCode::unsupported,
                    "The model " + model.model.name
                        + " has no program that could be written as TorchScript. "
                          "Export it as safetensors.");
    jit::Module module;
    const auto made = guarded("Writing the network as TorchScript", 1, [&] { module = Network(model).make(stop, progress); });
    if (!made)
        return forward(made);
    if (stop.stop_requested())
        return cancelled();
    const jit::ExtraFilesMap extra{{"compression_agent.json", canonical(to_json(model.recipe))}};
    return write_file(file, [&](const ByteSink &sink) -> Status {
        std::optional<Error> problem;
        const auto take = [&](const void *bytes, std::size_t size) -> std::size_t {
            const auto taken = stop.stop_requested() ? Status(cancelled()) : sink({static_cast<const std::byte *>(bytes), size});
            if (!taken)
                problem = taken.error();
            return taken ? size : 0;
        };
        const auto saved = guarded("Writing the TorchScript file", 1, [&] { jit::ExportModule(module, take, extra); });
        return problem ? Status(tl::unexpected<Error>(*problem)) : saved;
    });
}

} // namespace ca
