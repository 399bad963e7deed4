// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/program/device.h"

#include "core/program/program_torch.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <array>

namespace ca {
namespace {

constexpr std::array<const char *, 3> kNames{"cpu", "cuda", "mps"};

at::Device place_of(Device device)
{
    constexpr std::array<c10::DeviceType, 3> kTypes{c10::DeviceType::CPU, c10::DeviceType::CUDA, c10::DeviceType::MPS};
    return at::Device(kTypes[static_cast<std::size_t>(device)]);
}

at::ScalarType type_of(FloatType type)
{
    constexpr std::array<at::ScalarType, 3> kTypes{at::kFloat, at::kHalf, at::kBFloat16};
    return kTypes[static_cast<std::size_t>(type)];
}

at::Tensor moved(const at::Tensor &tensor, at::Device place, at::ScalarType type)
{
    return tensor.defined() && tensor.is_floating_point() ? tensor.to(place, type) : tensor.defined() ? tensor.to(place) : tensor;
}

c10::IValue moved(const c10::IValue &value, at::Device place, at::ScalarType type)
{
    if (value.isTensor())
        return moved(value.toTensor(), place, type);
    if (value.isDevice())
        return place;
    if (value.isTensorList()) {
        c10::List<at::Tensor> items;
        for (const at::Tensor &item : value.toTensorVector())
            items.push_back(moved(item, place, type));
        return items;
    }
    return value;
}

/// Arguments that say where a new tensor lies, and of what type floats are.
void retarget_arguments(Program::Data &program, Step &step, at::Device place, at::ScalarType type)
{
    const auto schema = c10::Dispatcher::singleton().findSchema({step.op, step.overload});
    if (!schema)
        return;
    const auto &arguments = schema->schema().arguments();
    for (std::size_t i = 0; i < std::min(arguments.size(), step.in.size()); ++i) {
        if (!is_constant(step.in[i]))
            continue;
        const c10::IValue &value = program.constants[constant_index(step.in[i])].value;
        const std::string &name = arguments[i].name();
        if (name == "device" && value.isNone())
            step.in[i] = program.add(place);
        else if (name == "dtype" && value.isInt() && value.toInt() == static_cast<std::int64_t>(at::kFloat))
            step.in[i] = program.add(static_cast<std::int64_t>(type));
    }
}

Step transfer(std::string name, int from, int to, at::Device place, at::ScalarType type)
{
    return {std::move(name),
            "",
            [place, type](Stack &stack) { stack[0] = stack[0].toTensor().to(place, type); },
            {from},
            {to},
            -1,
            {}};
}

Program with_transfers(const Program::Data &plain, at::Device place, at::ScalarType type)
{
    Program::Data to = plain;
    for (Constant &constant : to.constants)
        constant.value = moved(constant.value, place, type);
    const int images = to.new_slot();
    for (Step &step : to.steps) {
        for (Operand &operand : step.in)
            operand = operand == 0 ? images : operand;
        retarget_arguments(to, step, place, type);
    }
    to.steps.insert(to.steps.begin(), transfer("device::upload", 0, images, place, type));
    const int output = to.new_slot();
    to.steps.push_back(transfer("device::download", to.output, output, at::kCPU, at::kFloat));
    to.output = output;
    return finish(std::move(to));
}

} // namespace

std::string to_text(Device device)
{
    return kNames[static_cast<std::size_t>(device)];
}

std::optional<Device> device_from(std::string_view text)
{
    const auto found = std::find(kNames.begin(), kNames.end(), text);
    return found == kNames.end() ? std::nullopt : std::optional(static_cast<Device>(found - kNames.begin()));
}

Status check_device(Device device)
{
    if (device == Device::cuda && !at::hasCUDA())
        return fail(
            ErrorCode::unsupported,
            "There is no CUDA device here: LibTorch was built without CUDA, or no NVIDIA driver answers. Use --device cpu, "
            "or set LIBTORCH to a CUDA build of LibTorch on a machine with such a device.");
    if (device == Device::mps && !at::hasMPS())
        return fail(ErrorCode::unsupported, "There is no MPS device here: only Apple's processors have one. Use --device cpu.");
    return {};
}

Result<Program> on_device(const Program &plain, Device device, FloatType type)
{
    if (const auto there = check_device(device); !there)
        return forward(there);
    if (!plain.is_recorded())
        return fail(ErrorCode::unsupported,
                    "A network that runs through the interpreter runs on the processor alone. Use --device cpu.");
    Program result;
    const auto done = guarded("Moving the network to the device " + to_text(device), 1, [&] {
        result = with_transfers(plain.data(), place_of(device), type_of(type));
        const auto &input = plain.data().input;
        (void)execute(result.data(), at::zeros({2, input[0], input[1], input[2]}), {});
    });
    if (!done)
        return forward(done);
    return result;
}

} // namespace ca
