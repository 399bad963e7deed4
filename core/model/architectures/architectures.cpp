// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/architectures/architectures.h"

#include "core/model/architectures/clip_torch.h"
#include "core/model/architectures/mobilenet_v2_torch.h"
#include "core/model/architectures/resnet_torch.h"
#include "core/model/architectures/vit_torch.h"

#include <algorithm>
#include <functional>

namespace ca {
namespace {

/// A network whose sizes are known.
struct Plan {
    InputSpec input;
    std::function<Operand(NetworkBuilder &)> write;
    std::vector<std::string> notes;
    std::optional<ZeroShotPrompts> prompts;
};

/// The side of the images of a network that takes any.
std::int64_t side_of(const LoadOptions &options, std::int64_t usual)
{
    return options.size ? options.size->first : usual;
}

Plan plan_resnet(const ResNetSizes &sizes, const LoadOptions &options)
{
    const std::int64_t native = options.sizes.empty() ? 32 : options.sizes.front().first;
    const std::int64_t side = side_of(options, sizes.stem_kernel == 7 ? 224 : native);
    return {{sizes.channels, side, side, sizes.classes}, [sizes](NetworkBuilder &net) { return resnet(net, sizes); }, {}, {}};
}

Plan plan_mobilenet_v2(MobileNetV2Sizes sizes, std::int64_t trained_on, const LoadOptions &options)
{
    constexpr std::int64_t kSmall = 64;
    const bool few = sizes.classes == 10 || sizes.classes == 100; // CIFAR
    const std::int64_t native = options.sizes.empty() ? (few ? 32 : trained_on) : options.sizes.front().first;
    Plan plan;
    sizes.small_images = side_of(options, native) <= kSmall && sizes.classes < 1000 && !sizes.padded_at_end;
    if (sizes.small_images)
        plan.notes.emplace_back("The weights do not tell the strides: those for images of 32 x 32 are taken. Give "
                                "--preprocess imagenet if the network was trained on larger ones.");
    const std::int64_t side = side_of(options, sizes.small_images ? native : trained_on);
    if (sizes.padded_at_end && side % 32 != 0)
        throw WeightMismatch("its padding takes sides that are multiples of 32, and " + std::to_string(side) + " is none");
    plan.input = {sizes.channels, side, side, sizes.classes};
    plan.write = [sizes](NetworkBuilder &net) { return mobilenet_v2(net, sizes); };
    return plan;
}

Plan plan_vit(const ViTSizes &sizes)
{
    return {{sizes.channels, sizes.image, sizes.image, sizes.classes},
            [sizes](NetworkBuilder &net) { return vit(net, sizes); },
            {},
            {}};
}

Result<Plan> plan_clip(const ClipSizes &sizes, const std::filesystem::path &folder, const LoadOptions &options)
{
    if (!options.prompts)
        return fail(ErrorCode::unsupported, "A CLIP model needs class names to tell images apart, and none were given.");
    auto prompts = options.prompts(folder, static_cast<std::size_t>(sizes.context));
    if (!prompts)
        return forward(prompts);
    Plan plan;
    plan.input = {sizes.channels, sizes.image, sizes.image, static_cast<std::int64_t>(prompts->classes.size())};
    plan.write = [sizes, prompts = *prompts](NetworkBuilder &net) { return clip_zero_shot(net, sizes, prompts); };
    plan.prompts = std::move(*prompts);
    return plan;
}

/// The sizes, with what only a config.json tells. Throws WeightMismatch.
ViTSizes sizes_of_vit(const FileWeights &weights, const Json &config, const std::string &convention)
{
    ViTSizes sizes = vit_sizes(weights);
    sizes.heads = config.value("num_attention_heads", sizes.heads);
    sizes.epsilon = config.value("layer_norm_eps", convention == "Hugging Face" ? 1e-12 : sizes.epsilon);
    sizes.gelu = gelu_named(config.value("hidden_act", std::string("gelu")));
    if (sizes.heads < 1 && !config.contains("num_attention_heads"))
        throw WeightMismatch("its width of " + std::to_string(sizes.width)
                             + " is no number of heads of 64 columns, and no config.json says how many there are");
    if (sizes.heads < 1 || sizes.width % sizes.heads != 0)
        throw WeightMismatch("the " + std::to_string(sizes.heads) + " heads in config.json do not divide its width of "
                             + std::to_string(sizes.width));
    return sizes;
}

MobileNetV2Sizes sizes_of_mobilenet_v2(const FileWeights &weights, const Json &config, const std::string &convention)
{
    MobileNetV2Sizes sizes = mobilenet_v2_sizes(weights);
    if (convention == "Hugging Face") { // these came from TensorFlow
        sizes.padded_at_end = config.value("tf_padding", true);
        sizes.epsilon = config.value("layer_norm_eps", 1e-3);
    }
    return sizes;
}

/// Throws WeightMismatch.
Result<Plan> plan_of(Architecture architecture, const FileWeights &weights, const WeightsContext &context,
                     const std::string &convention, const LoadOptions &options)
{
    const Json config = context.config.is_object() ? context.config : Json::object();
    if (architecture == Architecture::resnet)
        return plan_resnet(resnet_sizes(weights), options);
    if (architecture == Architecture::mobilenet_v2)
        return plan_mobilenet_v2(sizes_of_mobilenet_v2(weights, config, convention),
                                 config.value("image_size", std::int64_t{224}), options);
    auto plan = architecture == Architecture::vit ? plan_vit(sizes_of_vit(weights, config, convention))
                                                  : plan_clip(clip_sizes(weights, config), context.folder, options);
    if (plan && config.empty() && convention != "torchvision" && convention != "OpenAI")
        plan->notes.emplace_back("No config.json tells the number of heads; those of 64 columns are taken.");
    return plan;
}

Result<Plan> plan_of(const std::string &key, const std::filesystem::path &folder, const LoadOptions &options)
{
    if (key == "resnet18")
        return plan_resnet({}, options);
    if (key == "mobilenet_v2")
        return plan_mobilenet_v2({}, 224, {.sizes = {{224, 224}}, .size = options.size, .prompts = {}, .first_load = {}});
    if (key == "vit_b_16")
        return plan_vit({});
    if (key == "clip-vit-b")
        return plan_clip(clip_vit_b_16_sizes(), folder, options);
    if (key == "clip-vit-l")
        return plan_clip(clip_vit_l_14_sizes(), folder, options);
    return fail(ErrorCode::usage, "There is no model " + clean_text(key) + " among those that can have random weights.");
}

Model write_model(const Plan &plan, NetworkWeights &weights)
{
    NetworkBuilder net(weights, {plan.input.channels, plan.input.height, plan.input.width});
    Model model;
    model.input = plan.input;
    model.notes = plan.notes;
    model.zero_shot = plan.prompts;
    model.program = net.finish(plan.write(net));
    model.parameters = weights.parameters();
    return model;
}

/// Tensors of the file that the network did not ask for, though they are no counters or tables of positions.
std::vector<std::string> left_over(const FileWeights &weights)
{
    static constexpr std::array<std::string_view, 5> kIdle{"num_batches_tracked", "position_ids", "input_resolution",
                                                           "context_length", "vocab_size"};
    std::vector<std::string> names;
    for (const auto &[name, place] : weights.places())
        if (!weights.was_asked_for(name)
            && std::none_of(kIdle.begin(), kIdle.end(), [&](std::string_view idle) { return name.ends_with(idle); }))
            names.push_back(weights.published_name(name));
    return names;
}

/// Runs `build`; nothing, and the reason in `mismatch`, where it throws that.
Result<std::optional<Model>> guarded_build(const std::function<Result<Model>()> &build, std::string &mismatch)
{
    std::optional<Result<Model>> model;
    std::optional<Error> unreadable;
    const auto done = guarded("Building the network", 0, [&] {
        try {
            model = build();
        } catch (const WeightMismatch &problem) {
            mismatch = problem.what();
        } catch (const Json::exception &) {
            mismatch = "config.json has a value of an unexpected kind";
        } catch (const WeightUnreadable &problem) {
            unreadable = problem.error;
        }
    });
    if (unreadable)
        return tl::unexpected<Error>(*unreadable);
    if (!done)
        return forward(done);
    if (!model)
        return std::optional<Model>();
    if (!*model)
        return forward(*model);
    return std::optional(std::move(**model));
}

} // namespace

Result<std::optional<Model>> build_network(const WeightFile &file, const Recognised &recognised, const WeightsContext &context,
                                           const LoadOptions &options, std::string &mismatch)
{
    const auto build = [&]() -> Result<Model> {
        FileWeights weights(file, recognised.places);
        const auto plan = plan_of(recognised.architecture, weights, context, recognised.convention, options);
        if (!plan && plan.error().code == ErrorCode::not_found)
            throw WeightMismatch("its tokenizer is missing (" + plan.error().sentence + ")");
        if (!plan)
            return forward(plan);
        Model model = write_model(*plan, weights);
        if (const auto extra = left_over(weights); !extra.empty())
            throw WeightMismatch("there are " + std::to_string(extra.size()) + " tensors that a "
                                 + to_text(recognised.architecture) + " does not have, among them " + clean_text(extra.front()));
        return model;
    };
    return guarded_build(build, mismatch);
}

Result<Model> build_random_network(const std::string &key, const std::filesystem::path &tokenizer_folder,
                                   const LoadOptions &options)
{
    const auto build = [&]() -> Result<Model> {
        const auto plan = plan_of(key, tokenizer_folder, options);
        if (!plan)
            return forward(plan);
        RandomWeights weights(options.seed);
        Model model = write_model(*plan, weights);
        model.notes.emplace_back("Its weights are random: it shows sizes and speed, not accuracy.");
        return model;
    };
    std::string mismatch;
    auto model = guarded_build(build, mismatch);
    if (!model)
        return forward(model);
    if (!*model)
        return fail(ErrorCode::failed, "The network " + key + " cannot be built: " + mismatch + ".");
    return std::move(**model);
}

} // namespace ca
