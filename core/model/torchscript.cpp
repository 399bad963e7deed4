// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/torchscript.h"

#include "core/base/json.h"
#include "core/program/recorder_torch.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/freeze_module.h>
#include <torch/csrc/jit/passes/frozen_graph_optimizations.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/shape_analysis.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>

namespace ca {
namespace {

namespace jit = torch::jit;

/// A sentence of the library without its stack trace and advice.
std::string reason(const std::exception &error)
{
    const auto *known = dynamic_cast<const c10::Error *>(&error);
    std::string what = known ? known->what_without_backtrace() : error.what();
    static constexpr std::string_view kInterpreter = "RuntimeError: "; // stands below a listing of the network's code
    if (const auto at = what.rfind(kInterpreter); at != std::string::npos)
        what.erase(0, at + kInterpreter.size());
    what.erase(0, what.find_first_not_of("\n "));
    what.resize(std::min({what.find('\n'), what.size(), std::size_t{300}}));
    while (!what.empty() && (what.back() == '.' || what.back() == ' '))
        what.pop_back();
    return clean_text(what);
}

bool is_reduced(at::ScalarType type)
{
    return type == at::kHalf || type == at::kBFloat16;
}

/// Calls `visit` for every node, those of branches and loops too.
void for_each_node(jit::Block &block, const std::function<void(jit::Node &)> &visit)
{
    for (jit::Node *node : block.nodes()) {
        for (jit::Block *inner : node->blocks())
            for_each_node(*inner, visit);
        visit(*node);
    }
}

/// Weights in half precision become float32, as images are. True where there were some.
bool widen_weights(jit::Module &module)
{
    bool reduced = false;
    for (const jit::IValue &attribute : module.attributes()) {
        if (!attribute.isTensor() || !attribute.toTensor().defined() || !attribute.toTensor().is_floating_point())
            continue;
        at::Tensor tensor = attribute.toTensor();
        reduced = reduced || is_reduced(tensor.scalar_type());
        tensor.set_data(tensor.to(at::kFloat)); // in its place, so that shared weights stay shared
    }
    return reduced;
}

/// The same for constants of the graph, and for casts that it asks for where the network computes in half precision.
void widen_graph(jit::Graph &graph, bool reduced)
{
    for_each_node(*graph.block(), [&](jit::Node &node) {
        if (node.kind() != c10::prim::Constant || !node.hasAttribute(c10::attr::value)
            || node.kindOf(c10::attr::value) != jit::AttributeKind::t || !is_reduced(node.t(c10::attr::value).scalar_type()))
            return;
        node.t_(c10::attr::value, node.t(c10::attr::value).to(at::kFloat));
        reduced = true;
    });
    if (!reduced)
        return;
    for_each_node(*graph.block(), [&](jit::Node &node) {
        const auto *schema = node.maybeSchema();
        for (std::size_t i = 0; schema && i < std::min(schema->arguments().size(), node.inputs().size()); ++i) {
            const auto type = jit::toIValue(node.input(i));
            if (schema->arguments()[i].name() != "dtype" || !type || !type->isInt()
                || !is_reduced(static_cast<at::ScalarType>(type->toInt())))
                continue;
            const jit::WithInsertPoint before(&node);
            node.replaceInput(i, graph.insertConstant(static_cast<std::int64_t>(at::kFloat)));
        }
    });
}

struct FrozenModule {
    jit::Module module;
    WeightNames names;
};

/// Freezing computes what depends on constants alone. Tables of embeddings that are read at constant places (positions) would be
/// gone then, and with them a layer: an identity that freezing does not look through stands before the places meanwhile.
FrozenModule freeze_keeping_tables(const jit::Module &module)
{
    static const auto kTable = c10::Symbol::fromQualString("aten::embedding");
    constexpr auto kScreen = c10::prim::Guard;
    jit::Module copy = module.clone();
    const auto graph = copy.get_method("forward").graph();
    jit::Inline(*graph);
    for_each_node(*graph->block(), [&](jit::Node &node) {
        if (node.kind() != kTable)
            return;
        jit::Node *screen = graph->create(kScreen, {node.input(1)});
        screen->output()->setType(node.input(1)->type());
        screen->insertBefore(&node);
        node.replaceInput(1, screen->output());
    });
    WeightNames names; // of this copy: frozen weights lie where its own do
    for (const auto &attribute : copy.named_attributes())
        if (attribute.value.isTensor())
            names.add(attribute.value.toTensor(), "self." + attribute.name);
    jit::Module frozen = jit::freeze_module(copy);
    for_each_node(*frozen.get_method("forward").graph()->block(), [&](jit::Node &node) {
        if (node.kind() == kTable && node.input(1)->node()->kind() == kScreen)
            node.replaceInput(1, node.input(1)->node()->input());
    });
    return {frozen, std::move(names)};
}

Result<FrozenModule> load_frozen(const std::filesystem::path &file)
{
    try {
        jit::ExtraFilesMap extra;
        jit::Module module = jit::load(file.string(), at::kCPU, extra, /*load_debug_files=*/false);
        module.eval();
        if (!module.find_method("forward"))
            return fail(ErrorCode::unsupported,
                        "The file " + file.string() + " has no forward method, so it cannot be run as a network.");
        const bool reduced = widen_weights(module);
        FrozenModule frozen = freeze_keeping_tables(module);
        auto graph = frozen.module.get_method("forward").graph();
        widen_graph(*graph, reduced);
        jit::OptimizeFrozenGraph(graph, true); // folds batch norms into convolutions; before the first run, or it has no effect
        jit::EraseShapeInformation(graph);
        return frozen;
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::out_of_memory,
                    "Loading the file " + file.string() + " needs more memory than this machine gives.");
    } catch (const std::exception &error) {
        return fail(ErrorCode::bad_format,
                    "The file " + file.string() + " does not load as TorchScript: " + reason(error)
                        + ". Save it again with torch.jit.save and try once more.");
    }
}

/// Columns of the output for two images of this size, or why it does not run.
Result<std::int64_t> try_size(jit::Module frozen, std::int64_t channels, std::int64_t height, std::int64_t width)
{
    try {
        const c10::IValue output = frozen.forward({at::randn({2, channels, height, width})});
        const at::Tensor table = choose_output(output);
        if (!table.defined() || table.dim() != 2 || table.size(0) != 2 || !table.is_floating_point())
            return fail(ErrorCode::unsupported, "its output is no table with one row of numbers for each image");
        return table.size(1);
    } catch (const std::exception &error) {
        return fail(ErrorCode::unsupported, reason(error));
    }
}

/// Channels that the first convolution takes, by the file's own description.
std::vector<std::int64_t> channel_guesses(const FileInspection &inspection)
{
    for (const FileLayer &layer : inspection.layers)
        if (layer.kind == TensorRole::conv2d && (layer.shape[1] == 1 || layer.shape[1] == 3))
            return layer.shape[1] == 1 ? std::vector<std::int64_t>{1, 3} : std::vector<std::int64_t>{3, 1};
    return {3, 1};
}

/// A network that takes any size was trained on one: on 224 x 224 where it begins with a large kernel or knows a thousand
/// classes. (Kernels of even sides cut patches out; what follows them mostly knows its size.)
bool is_for_large_images(const FileInspection &inspection)
{
    constexpr std::int64_t kLargeKernel = 7, kManyClasses = 1000;
    const auto &layers = inspection.layers;
    const auto first =
        std::find_if(layers.begin(), layers.end(), [](const auto &layer) { return layer.kind == TensorRole::conv2d; });
    const auto last =
        std::find_if(layers.rbegin(), layers.rend(), [](const auto &layer) { return layer.kind == TensorRole::linear; });
    return (first != layers.end() && first->shape[2] >= kLargeKernel && first->shape[2] % 2 == 1)
        || (last != layers.rend() && last->shape[0] >= kManyClasses);
}

Result<InputSpec> find_input(const jit::Module &frozen, const FileInspection &inspection, const LoadOptions &options,
                             std::stop_token stop)
{
    auto sizes = options.sizes;
    if (options.size)
        sizes.insert(sizes.begin(), *options.size);
    const bool large = is_for_large_images(inspection);
    for (const std::int64_t side :
         {large ? 224 : 32, large ? 32 : 224, 28, 64, 96, 128, 256, 299, 384, 16, 160, 192, 240, 288, 320, 336, 448, 512})
        sizes.emplace_back(side, side);
    std::string why;
    for (const std::int64_t channels : channel_guesses(inspection))
        for (const auto &[height, width] : sizes) {
            if (stop.stop_requested())
                return cancelled();
            const auto columns = try_size(frozen, channels, height, width);
            if (columns)
                return InputSpec{channels, height, width, *columns};
            if (why.empty())
                why = columns.error().sentence;
        }
    return fail(ErrorCode::unsupported,
                "The network does not take a batch of images, or does not give a row of numbers for each: " + why
                    + ". Give a file of an image classifier.");
}

constexpr double kSame = 1e-4; // decomposed attention and folded batch norms differ by a few 1e-6

/// Largest difference relative to the largest reference value, over several batch sizes.
double difference(jit::Module frozen, const Program &program, const InputSpec &input)
{
    double worst = 0;
    for (const std::int64_t batch : {1, 2, 3, 7}) {
        const at::Tensor images = at::randn({batch, input.channels, input.height, input.width});
        const at::Tensor reference =
            choose_output(frozen.forward({images.clone()})).to(at::kFloat); // a module may write to its input
        const at::Tensor mine = execute(program.data(), images, {}).to(at::kFloat);
        if (mine.sizes() != reference.sizes() || !at::equal(mine.isnan(), reference.isnan()))
            return 1;
        const double scale = std::max(reference.nan_to_num().abs().max().item().toDouble(), 1e-12);
        const double largest = (mine.nan_to_num() - reference.nan_to_num()).abs().max().item().toDouble() / scale;
        if (!(largest <= kSame))
            return 1;
        worst = std::max(worst, largest);
    }
    return worst;
}

/// An empty program where it was stopped.
Program record(const FrozenModule &loaded, const InputSpec &input, std::vector<std::string> &notes, const std::stop_token &stop)
{
    const jit::Module &frozen = loaded.module;
    const std::array<std::int64_t, 3> size{input.channels, input.height, input.width};
    std::string why;
    try {
        Recording recording = record_graph(frozen, at::randn({2, size[0], size[1], size[2]}), loaded.names);
        if (stop.stop_requested())
            return {};
        Program::Data data = specialise(std::move(recording));
        name_layers(data);
        Program program = finish(std::move(data));
        if (stop.stop_requested())
            return {};
        if (difference(frozen, program, input) <= kSame)
            return program;
        why = "its steps do not give what the interpreter gives";
    } catch (const std::exception &error) {
        why = "it " + reason(error);
    }
    notes.push_back("This network runs through the TorchScript interpreter, and its layers cannot be quantized one by one: " + why
                    + ".");
    return interpreted(frozen, size);
}

} // namespace

Result<Model> load_torchscript(const std::filesystem::path &file, const FileInspection &inspection, const LoadOptions &options,
                               std::stop_token stop, const Progress &progress)
{
    progress.report("Loading " + file.filename().string(), 1, 3);
    auto frozen = load_frozen(file);
    if (!frozen)
        return forward(frozen);
    if (stop.stop_requested())
        return cancelled();
    Model model;
    model.parameters = inspection.parameters;
    std::optional<Error> problem;
    const auto done = guarded("Recording the network", 1, [&] {
        const auto input = find_input(frozen->module, inspection, options, stop);
        if (!input) {
            problem = input.error();
            return;
        }
        model.input = *input;
        progress.report("Recording " + model_name(file), 2, 3);
        model.program = record(*frozen, model.input, model.notes, stop);
        model.plain = interpreted(frozen->module, {input->channels, input->height, input->width});
    });
    if (problem)
        return tl::unexpected<Error>(*problem);
    if (!done)
        return forward(done);
    if (model.program.empty())
        return cancelled();
    progress.report("Recording " + model_name(file), 3, 3);
    return model;
}

} // namespace ca
