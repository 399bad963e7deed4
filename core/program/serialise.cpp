// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/serialise_torch.h"

#include "core/base/cbor.h"
#include "core/program/layer_steps_torch.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace ca {
namespace {

constexpr int kVersion = 1;
constexpr int kDeepest = 15; // lists within lists
constexpr std::size_t kMostSteps = 200'000;
constexpr int kMostSlots = 1'000'000;
constexpr std::int64_t kMostSide = 1 << 15, kMostValues = 1 << 28; // of an image

// Constants: null, booleans, integers, floats and strings stand for themselves; what follows is an object of one key.
constexpr const char *kTensor = "w", *kUndefined = "u", *kDevice = "d", *kInts = "i", *kFloats = "f", *kBools = "b",
                     *kTensors = "t", *kOptionals = "o";

Json tensor_json(const at::Tensor &tensor, const std::string &name)
{
    return tensor.defined() ? Json{{kTensor, name}} : Json{{kUndefined, true}};
}

/// Throws std::runtime_error for a kind of value that has no form here.
Json to_json(const Constant &constant, const std::string &name)
{
    const c10::IValue &value = constant.value;
    if (value.isNone())
        return nullptr;
    if (value.isTensor())
        return tensor_json(value.toTensor(), name);
    if (value.isBool())
        return value.toBool();
    if (value.isInt())
        return value.toInt();
    if (value.isDouble())
        return value.toDouble();
    if (value.isString())
        return value.toStringRef();
    if (value.isDevice())
        return {{kDevice, value.toDevice().str()}};
    if (value.isIntList())
        return {{kInts, value.toIntVector()}};
    if (value.isDoubleList())
        return {{kFloats, value.toDoubleVector()}};
    if (value.isBoolList()) {
        Json items = Json::array();
        for (const bool item : value.toBoolList())
            items.push_back(item);
        return {{kBools, items}};
    }
    if (value.isTensorList() || value.isOptionalTensorList()) {
        const bool optional = value.isOptionalTensorList();
        Json items = Json::array();
        std::size_t index = 0;
        for (const c10::IValue &item : value.toListRef())
            items.push_back(item.isNone() ? Json() : tensor_json(item.toTensor(), name + "." + std::to_string(index++)));
        return {{optional ? kOptionals : kTensors, items}};
    }
    throw std::runtime_error("a constant of the kind " + value.tagKind() + " cannot be stored");
}

void require(bool holds, const char *what)
{
    if (!holds)
        throw std::runtime_error(what);
}

class Reader {
public:
    explicit Reader(const TensorSource &tensors) : tensors_(tensors) { }

    /// Throws std::runtime_error, Json::exception.
    c10::IValue constant(const Json &json)
    {
        if (json.is_null())
            return {};
        if (json.is_boolean())
            return json.get<bool>();
        if (json.is_number_integer())
            return json.get<std::int64_t>();
        if (json.is_number_float())
            return json.get<double>();
        if (json.is_string())
            return json.get<std::string>();
        require(json.is_object() && json.size() == 1, "it has a constant of an unknown kind");
        const std::string kind = json.items().begin().key();
        const Json &content = json.items().begin().value();
        if (kind == kTensor || kind == kUndefined)
            return tensor(json);
        if (kind == kDevice)
            return c10::Device(c10::kCPU); // files run where they are opened
        if (kind == kInts)
            return content.get<std::vector<std::int64_t>>();
        if (kind == kFloats)
            return content.get<std::vector<double>>();
        if (kind == kBools)
            return c10::IValue(c10::List<bool>(content.get<std::vector<bool>>() | to_list));
        if (kind == kTensors) {
            c10::List<at::Tensor> list;
            for (const Json &item : content)
                list.push_back(tensor(item));
            return list;
        }
        if (kind == kOptionals) {
            c10::List<std::optional<at::Tensor>> list;
            for (const Json &item : content)
                list.push_back(item.is_null() ? std::optional<at::Tensor>() : tensor(item));
            return list;
        }
        throw std::runtime_error("it has a constant of an unknown kind");
    }

    std::optional<Error> problem; ///< of a tensor that could not be read

private:
    struct ToList {
        friend c10::List<bool> operator|(const std::vector<bool> &items, ToList)
        {
            c10::List<bool> list;
            for (const bool item : items)
                list.push_back(item);
            return list;
        }
    };
    static constexpr ToList to_list{};

    at::Tensor tensor(const Json &json)
    {
        if (json.contains(kUndefined))
            return {};
        const auto name = json.at(kTensor).get<std::string>();
        if (const auto known = read_.find(name); known != read_.end())
            return known->second;
        auto found = tensors_(name);
        if (!found) {
            problem = found.error();
            throw std::runtime_error("a tensor is missing");
        }
        return read_[name] = std::move(*found);
    }

    const TensorSource &tensors_;
    std::map<std::string, at::Tensor> read_; ///< a tensor that is named twice is read once
};

/// A layer's step has the form that fusing and quantizing take for granted; the first one says of which kind the layer is.
void check_layer_step(const Step &step, Program::Data &data, std::vector<bool> &kind_known)
{
    if (step.layer < 0)
        return;
    const auto layer = static_cast<std::size_t>(step.layer);
    const auto found = layer_step(data, step);
    require(found && step.in[found->weight] == data.layer_weights[layer], "a layer's step has another weight");
    if (!kind_known[layer])
        data.layers[layer].kind = found->kind;
    kind_known[layer] = true;
}

/// One step, with everything that it refers to checked against what came before it.
Step read_step(const Json &json, const Json &ops, Program::Data &data, std::vector<bool> &written, std::vector<bool> &kind_known,
               std::optional<Error> &unsafe)
{
    Step step;
    const auto op = json.at(0).get<std::size_t>();
    step.op = ops.at(op).at(0).get<std::string>();
    step.overload = ops.at(op).at(1).get<std::string>();
    for (const Json &operand : json.at(1)) {
        const int value = operand.get<int>();
        require(is_constant(value) ? constant_index(value) < data.constants.size()
                                   : value < data.slots && written[static_cast<std::size_t>(value)],
                "a step reads what nothing wrote");
        step.in.push_back(value);
    }
    for (const Json &slot : json.at(2)) {
        const int value = slot.get<int>();
        require(value >= -1 && value < data.slots && (value < 0 || !written[static_cast<std::size_t>(value)]),
                "a step writes where it may not");
        if (value >= 0)
            written[static_cast<std::size_t>(value)] = true;
        step.out.push_back(value);
    }
    step.layer = json.at(3).get<int>();
    require(step.layer >= -1 && step.layer < static_cast<int>(data.layers.size()), "a step names a layer that is not there");
    if (!is_pure_operator(step.op, step.overload)) {
        unsafe =
            Error{ErrorCode::unsafe,
                  "The program in this file asks for " + clean_text(step.op)
                      + ", which is no known operator that only computes. Do not open it unless you trust where it comes from.",
                  nullptr};
        throw std::runtime_error("unsafe");
    }
    require(takes_and_gives(step.op, step.overload, step.in.size(), step.out.size()),
            "a step has another number of inputs or outputs than its operator");
    check_layer_step(step, data, kind_known);
    step.kernel = find_kernel(step.op, step.overload, step.out.size());
    return step;
}

/// A file may hold a layer's weight as a matrix.
void fit_shape(c10::IValue &weight, const Layer &layer)
{
    const at::Tensor tensor = weight.toTensor();
    std::int64_t count = 1;
    for (const std::int64_t side : layer.shape)
        require(side >= 0 && !__builtin_mul_overflow(count, side, &count), "a layer has an impossible shape");
    require(!layer.shape.empty() && tensor.defined() && tensor.dim() > 0 && tensor.size(0) == layer.shape[0]
                && tensor.numel() == count,
            "a layer's weight has another shape");
    weight = tensor.view(layer.shape);
}

Layer read_layer(const Json &json, std::size_t index)
{
    Layer layer{layer_index(index),
                json.at("name").get<std::string>(),
                LayerKind::linear,
                json.at("shape").get<std::vector<std::int64_t>>(),
                json.at("bias").get<bool>(),
                json.at("depthwise").get<bool>(),
                json.at("uses").get<std::int64_t>(),
                json.value("bias_size", std::int64_t{0})};
    return layer;
}

} // namespace

std::vector<std::string> tensor_names(const Program::Data &program)
{
    std::vector<std::string> names(program.constants.size());
    std::set<std::string> taken;
    const auto take = [&](Operand operand, const std::string &wanted) {
        std::string &name = names[constant_index(operand)];
        if (!name.empty())
            return;
        name = wanted;
        for (int copy = 2; !taken.insert(name).second; ++copy)
            name = wanted + "#" + std::to_string(copy);
    };
    for (std::size_t i = 0; i < program.layers.size(); ++i)
        take(program.layer_weights[i], program.layers[i].name + ".weight");
    for (const Step &step : program.steps)
        if (step.layer >= 0 && step.op != "aten::embedding" && step.in.size() > 2 && is_constant(step.in[2])
            && program.constants[constant_index(step.in[2])].value.isTensor())
            take(step.in[2], program.layers[static_cast<std::size_t>(step.layer)].name + ".bias");
    for (std::size_t i = 0; i < program.constants.size(); ++i) {
        const c10::IValue &value = program.constants[i].value;
        if (!value.isTensor() && !value.isTensorList() && !value.isOptionalTensorList())
            continue;
        std::string name = program.constants[i].name;
        name = name.rfind("self.", 0) == 0 ? name.substr(5) : "constant_" + std::to_string(i);
        take(~static_cast<Operand>(i), clean_text(name));
    }
    return names;
}

std::vector<std::uint8_t> serialise(const Program::Data &program, const std::vector<std::string> &names,
                                    const std::map<int, std::pair<float, float>> &ranges)
{
    Json ops = Json::array(), steps = Json::array(), constants = Json::array(), layers = Json::array(), kept = Json::array();
    std::map<std::pair<std::string, std::string>, std::size_t> known;
    for (const Step &step : program.steps) {
        const auto [at, first] = known.try_emplace({step.op, step.overload}, ops.size());
        if (first)
            ops.push_back({step.op, step.overload});
        steps.push_back({at->second, step.in, step.out, step.layer});
    }
    for (std::size_t i = 0; i < program.constants.size(); ++i)
        constants.push_back(to_json(program.constants[i], names[i]));
    for (std::size_t i = 0; i < program.layers.size(); ++i) {
        const Layer &layer = program.layers[i];
        layers.push_back({{"name", layer.name},
                          {"kind", to_text(layer.kind)},
                          {"shape", layer.shape},
                          {"bias", layer.has_bias},
                          {"depthwise", layer.depthwise},
                          {"uses", layer.uses},
                          {"bias_size", layer.bias_size},
                          {"weight", program.layer_weights[i]}});
    }
    for (const auto &[slot, range] : ranges)
        kept.push_back({slot, range.first, range.second});
    return Json::to_cbor({{"version", kVersion},
                          {"input", program.input},
                          {"slots", program.slots},
                          {"output", program.output},
                          {"ops", ops},
                          {"steps", steps},
                          {"constants", constants},
                          {"layers", layers},
                          {"ranges", kept}});
}

Result<ReadProgram> read_program(const std::vector<std::byte> &bytes, const TensorSource &tensors)
{
    Reader reader(tensors);
    std::optional<Error> unsafe;
    try {
        const auto parsed = parse_cbor(bytes, "The program", kDeepest);
        require(parsed.has_value(), "it is not CBOR, nested too deeply, or larger than a program is");
        const Json &json = *parsed;
        require(json.at("version").get<int>() == kVersion, "it was written by another version of this program");
        Program::Data data;
        data.input = json.at("input").get<std::array<std::int64_t, 3>>();
        require(std::all_of(data.input.begin(), data.input.end(), [](std::int64_t side) { return side > 0 && side <= kMostSide; })
                    && data.input[0] * data.input[1] * data.input[2] <= kMostValues,
                "its images have an impossible size");
        data.slots = json.at("slots").get<int>();
        data.output = json.at("output").get<int>();
        require(data.slots > 0 && data.slots <= kMostSlots && json.at("steps").size() <= kMostSteps,
                "it is larger than a network is");
        for (const Json &constant : json.at("constants"))
            data.constants.push_back({reader.constant(constant), {}});
        for (const Json &layer : json.at("layers")) {
            data.layers.push_back(read_layer(layer, data.layers.size()));
            const int weight = layer.at("weight").get<int>();
            require(is_constant(weight) && constant_index(weight) < data.constants.size()
                        && data.constants[constant_index(weight)].value.isTensor(),
                    "a layer has no weight");
            fit_shape(data.constants[constant_index(weight)].value, data.layers.back());
            data.layer_weights.push_back(weight);
        }
        std::vector<bool> written(static_cast<std::size_t>(data.slots), false);
        written[0] = true;
        std::vector<bool> kind_known(data.layers.size(), false);
        for (const Json &step : json.at("steps"))
            data.steps.push_back(read_step(step, json.at("ops"), data, written, kind_known, unsafe));
        require(data.output >= 0 && data.output < data.slots && written[static_cast<std::size_t>(data.output)],
                "nothing computes its output");
        ReadProgram result;
        for (const Json &range : json.at("ranges")) {
            const auto low = range.at(1).get<float>(), high = range.at(2).get<float>();
            require(low <= high && std::isfinite(high - low), "a range of activations is no range");
            result.ranges[range.at(0).get<int>()] = {low, high};
        }
        result.program = finish(std::move(data));
        return result;
    } catch (const std::exception &error) {
        if (unsafe)
            return tl::unexpected<Error>(*unsafe);
        if (reader.problem)
            return tl::unexpected<Error>(*reader.problem);
        return fail(ErrorCode::bad_format,
                    std::string("The program in this file is damaged: ") + clean_text(error.what())
                        + ". Export the model once more.");
    }
}

} // namespace ca
