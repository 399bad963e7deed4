// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/quantize_model.h"

#include "core/evaluate/evaluate.h"
#include "core/evaluate/probe.h"
#include "core/quantize/export/export.h"
#include "core/search/mixed.h"

#include <chrono>
#include <cmath>

namespace ca {
namespace {

bool has_images(const Model &model, const DataSet *data)
{
    return data && data->calibration.size() > 0 && model.has_network();
}

Bytes float_bytes(const Model &model)
{
    return predicted_bytes(model, Recipe{model.sha256, {}});
}

/// Of all choices but a search by accuracy.
Result<MethodRecipe> recipe_of(const Model &model, const DataSet *data, const QuantizeChoice &choice)
{
    MethodOptions options = choice.options;
    options.has_images = has_images(model, data);
    if (!choice.target_ratio)
        return make_recipe(model, choice.method.toStdString(), options);
    const double target = static_cast<double>(float_bytes(model).value) / *choice.target_ratio;
    return mixed_for_bytes(model, bytes(static_cast<std::int64_t>(std::floor(target))), {options, false});
}

/// One request on its way.
class Asked {
public:
    Asked(const Model &model, const DataSet *data, const QuantizeRequest &request, std::stop_token stop, const Progress &progress)
        : model_(model), data_(data), request_(request), stop_(std::move(stop)), progress_(progress)
    {
    }

    Result<Quantization> carry_out()
    {
        const auto began = std::chrono::steady_clock::now();
        if (const auto prepared = prepare(); !prepared)
            return forward(prepared);
        const auto recipe = make();
        if (!recipe)
            return forward(recipe);
        const bool measures = request_.measure && data_ && model_.has_network();
        auto made = measures ? quantize(model_, *recipe, calibration_, 0, stop_, progress_)
                             : quantize_weights(model_, *recipe, calibration_, 0, stop_, progress_);
        if (!made)
            return forward(made);
        Quantization result;
        result.predicted = predicted_bytes(model_, recipe->recipe);
        result.size = predicted_bytes(made->model, made->recipe);
        result.float_size = float_bytes(model_);
        result.model = std::move(*made);
        result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        if (measures)
            if (const auto measured = measure(result); !measured)
                return forward(measured);
        return result;
    }

private:
    Status prepare()
    {
        if (!has_images(model_, data_))
            return {};
        auto preprocess = choose_preprocess("auto", model_, *data_, 0, stop_);
        if (!preprocess)
            return forward(preprocess);
        preprocess_ = preprocess->preprocess;
        calibration_ = Calibration(data_->calibration, preprocess_);
        return {};
    }

    Result<MethodRecipe> make()
    {
        if (!request_.choice.max_drop)
            return recipe_of(model_, data_, request_.choice);
        if (!calibration_.has_images())
            return fail(ErrorCode::bad_data, "What accuracy is lost is measured on calibration images. Choose data first.");
        const auto head = choose_head("auto", model_, *data_);
        if (!head)
            return forward(head);
        return mixed_for_drop(model_, {*request_.choice.max_drop, head->scoring, 0}, {request_.choice.options, false},
                              calibration_, data_->calibration, stop_, progress_);
    }

    /// The networks whose answers count: with a probe, its own.
    Status measure(Quantization &result)
    {
        const auto head = choose_head(request_.head, model_, *data_);
        if (!head)
            return forward(head);
        result.agreement = head->scoring.head == Head::agreement;
        if (head->scoring.head != Head::probe)
            return compare(model_, result.model.program, head->scoring, result);
        const auto probe = fit_probe(model_, data_->calibration, preprocess_, 0, stop_, progress_);
        if (!probe)
            return forward(probe);
        const auto probed = quantize(probe->model, {result.model.recipe, {}}, calibration_, 0, stop_, progress_);
        return probed ? compare(probe->model, probed->program, head->scoring, result) : Status(forward(probed));
    }

    Status compare(const Model &of_float, const Program &program, const Scoring &scoring, Quantization &result)
    {
        const auto float_program = fuse(of_float.program);
        if (!float_program)
            return forward(float_program);
        const Split images = data_->selection.first(request_.samples);
        const auto answers = [&](const Program &asked, const Progress &progress) {
            return predict(asked, of_float.input, images, preprocess_, 0, stop_, progress);
        };
        const auto own = answers(program, progress_);
        if (!own)
            return forward(own);
        const auto reference = answers(*float_program, progress_.with_prefix("Float model: "));
        if (!reference)
            return forward(reference);
        result.accuracy = accuracy_of(*own, images, scoring, &*reference);
        result.float_accuracy = accuracy_of(*reference, images, scoring, &*reference);
        result.versus_float = compare_paired(result.float_accuracy->right, result.accuracy->right, result.float_accuracy->unread);
        return {};
    }

    const Model &model_;
    const DataSet *data_;
    const QuantizeRequest &request_;
    const std::stop_token stop_;
    const Progress &progress_;
    Preprocess preprocess_{};
    Calibration calibration_;
};

} // namespace

Result<ExpectedCosts> expected_costs(const Model &model, const DataSet *data, const QuantizeChoice &choice)
{
    ExpectedCosts expected;
    expected.searched = choice.max_drop.has_value();
    const bool lacks_images = !has_images(model, data);
    if (expected.searched) {
        if (lacks_images)
            expected.problem = "What accuracy is lost is measured on calibration images. Choose data first.";
        return expected;
    }
    const auto recipe = recipe_of(model, data, choice);
    const bool impossible =
        !recipe && (recipe.error().code == ErrorCode::constraint || recipe.error().code == ErrorCode::unsupported);
    if (!recipe && !impossible)
        return forward(recipe);
    if (impossible)
        expected.problem = recipe.error().text();
    else if (lacks_images && needs_images(recipe->recipe))
        expected.problem = "This looks at calibration images. Choose data first, or other options.";
    if (!expected.problem)
        expected.prediction = predict_costs(model, recipe->recipe, 0);
    expected.float_file = float_bytes(model);
    return expected;
}

Result<Quantization> quantize_as_asked(const Model &model, const DataSet *data, const QuantizeRequest &request,
                                       std::stop_token stop, const Progress &progress)
{
    return Asked(model, data, request, std::move(stop), progress).carry_out();
}

} // namespace ca
