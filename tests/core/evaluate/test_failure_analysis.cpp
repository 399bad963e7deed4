// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluate/failure_analysis.h"
#include "tests/support/datasets.h"
#include "tests/support/scripted_nets_torch.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>

namespace {

/// All layers in int8 but those of one block, which has two bits and a scale by the largest weight of each channel.
ca::MethodRecipe with_a_broken_block(const ca::Model &model, const std::string &block)
{
    ca::MethodRecipe made{{model.sha256, {}}, {}};
    for (const ca::Layer &layer : model.program.layers()) {
        ca::Scheme scheme{.format = ca::Format::int8};
        if (ca::group_of(layer.name) == block)
            scheme = {.format = ca::Format::int2, .rounding = ca::Rounding::nearest};
        made.recipe.layers[layer.name] = scheme;
    }
    return made;
}

ca::Preprocess centred()
{
    ca::Preprocess preprocess;
    preprocess.mean = {0.5F, 0.5F, 0.5F};
    preprocess.deviation = {0.25F, 0.25F, 0.25F};
    return preprocess;
}

/// The float model, and what happened to it.
struct Broken {
    ca::Model model;
    ca::QuantizedModel quantized;
    ca::Split split;
    ca::Predictions float_answers;
    std::vector<std::size_t> flips;
};

} // namespace

class TestFailureAnalysis final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void groups_by_the_names_of_blocks_data();
    void groups_by_the_names_of_blocks();
    void keeps_the_order_of_the_program();
    void names_the_broken_block();
    void tells_the_odds_of_a_program_with_that_group_in_float();
    void leaves_out_groups_that_are_float();
    void has_nothing_to_say_of_no_images();
    void is_cancelled();

private:
    Broken broken(const std::string &block, int images_per_class);
    ca::Result<std::vector<ca::FlipCause>> explained(const Broken &broken, std::stop_token stop = {});

    QTemporaryDir folder_;
};

Broken TestFailureAnalysis::broken(const std::string &block, int images_per_class)
{
    auto model = ca::load_model(write_scripted_net(folder_.path().toStdString(), "blocks"), {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    auto quantized = ca::quantize(*model, with_a_broken_block(*model, block), {}, 2, {}, {});
    if (!quantized)
        qFatal("%s", quantized.error().text().c_str());
    Broken result{*model, *quantized, whole_split(coloured_images(images_per_class, 10, 5)), {}, {}};
    const auto of = [&](const ca::Program &program) {
        auto answers = ca::predict(program, model->input, result.split, centred(), 2, {}, {});
        if (!answers)
            qFatal("%s", answers.error().text().c_str());
        return *answers;
    };
    result.float_answers = of(model->program);
    const ca::Predictions answers = of(quantized->program);
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (answers.top[i] != result.float_answers.top[i])
            result.flips.push_back(i);
    return result;
}

ca::Result<std::vector<ca::FlipCause>> TestFailureAnalysis::explained(const Broken &broken, std::stop_token stop)
{
    return ca::explain_flips(broken.model, broken.quantized, broken.float_answers, broken.split, broken.flips, centred(), 2,
                             std::move(stop), {});
}

void TestFailureAnalysis::groups_by_the_names_of_blocks_data()
{
    QTest::addColumn<std::string>("layer");
    QTest::addColumn<std::string>("group");
    const auto row = [](const char *layer, const char *group) {
        QTest::newRow(layer) << std::string(layer) << std::string(group);
    };
    row("conv1", "conv1"); // ResNet
    row("layer1.0.conv1", "layer1.0");
    row("layer2.0.downsample.0", "layer2.0");
    row("layer4.1.conv2", "layer4.1");
    row("fc", "fc");
    row("features.0.0", "features.0"); // MobileNet
    row("features.12.conv.0.0", "features.12");
    row("features.12.conv.1.0", "features.12");
    row("classifier.1", "classifier.1");
    row("features.1.0.block.2", "features.1.0"); // ConvNeXt, Swin: stage and block
    row("features.1.2.block.2", "features.1.2");
    row("conv_proj", "conv_proj"); // ViT of torchvision
    row("encoder.layers.encoder_layer_3.mlp.0", "encoder.layers.encoder_layer_3");
    row("encoder.layers.encoder_layer_3.self_attention.in_proj", "encoder.layers.encoder_layer_3");
    row("encoder.layers.encoder_layer_11.mlp.3", "encoder.layers.encoder_layer_11");
    row("heads.head", "heads.head");
    row("vision_model.encoder.layers.0.self_attn.q_proj", "vision_model.encoder.layers.0"); // CLIP of Hugging Face
    row("vision_model.embeddings.patch_embedding", "vision_model.embeddings.patch_embedding");
    row("text_projection", "text_projection");
    row("0", "0"); // sequential
    row("3", "3");
    row("0.2", "0");
    row("", "");
    row("blocks.", "blocks."); // names that nobody gives
    row("layer1.", "layer1.");
    row("layers.3.", "layers.3");
    row("..7", "..7");
}

void TestFailureAnalysis::groups_by_the_names_of_blocks()
{
    QFETCH(const std::string, layer);
    QFETCH(const std::string, group);
    QCOMPARE(ca::group_of(layer), group);
}

void TestFailureAnalysis::keeps_the_order_of_the_program()
{
    std::vector<ca::Layer> layers;
    for (const char *name : {"stem", "layer1.1.b", "layer1.1.a", "layer1.0.a", "head", "layer1.1.late"}) {
        layers.emplace_back();
        layers.back().name = name;
    }
    const std::vector<ca::LayerGroup> expected{{"stem", {"stem"}},
                                               {"layer1.1", {"layer1.1.b", "layer1.1.a", "layer1.1.late"}},
                                               {"layer1.0", {"layer1.0.a"}},
                                               {"head", {"head"}}};
    QVERIFY(ca::layer_groups(layers) == expected);
}

void TestFailureAnalysis::names_the_broken_block()
{
    std::size_t flips = 0, named = 0;
    for (const std::string block : {"blocks.0", "blocks.1", "blocks.2", "blocks.3", "blocks.4", "blocks.5"}) {
        const Broken model = broken(block, 20);
        const auto causes = explained(model);
        QVERIFY2(causes, causes ? "" : causes.error().text().c_str());
        QCOMPARE(causes->size(), model.flips.size());
        flips += causes->size();
        for (const ca::FlipCause &cause : *causes) {
            QCOMPARE(cause.repairs.size(), std::size_t{8}); // stem, six blocks, fc
            named += cause.repairs.front().group == block && cause.repairs.front().repaired ? 1 : 0;
        }
    }
    const QString found = QString("named in %1 of %2").arg(named).arg(flips);
    QVERIFY2(flips >= 100, qPrintable(found));
    QVERIFY2(named * 100 >= flips * 95, qPrintable(found));
}

void TestFailureAnalysis::tells_the_odds_of_a_program_with_that_group_in_float()
{
    Broken model = broken("blocks.2", 6);
    QVERIFY(!model.flips.empty());
    const auto causes = explained(model);
    QVERIFY(causes);

    // By another way: the recipe without that group, quantized anew, and the plain run of it.
    auto recipe = with_a_broken_block(model.model, "blocks.2");
    recipe.recipe.layers.erase("blocks.2.conv1");
    recipe.recipe.layers.erase("blocks.2.conv2");
    const auto repaired = ca::quantize(model.model, recipe, {}, 2, {}, {});
    QVERIFY(repaired);
    const auto answers = ca::predict(repaired->program, model.model.input, model.split, centred(), 2, {}, {});
    QVERIFY(answers);
    for (const ca::FlipCause &cause : *causes) {
        const int wanted = model.float_answers.top[cause.place];
        const auto repair =
            std::find_if(cause.repairs.begin(), cause.repairs.end(), [](const ca::Repair &r) { return r.group == "blocks.2"; });
        QVERIFY(repair != cause.repairs.end());
        QCOMPARE(repair->repaired, answers->top[cause.place] == wanted);
        if (repair->repaired)
            QVERIFY(std::abs(repair->float_odds - static_cast<double>(answers->odds[cause.place][0])) < 1e-4);
        QVERIFY(cause.before < 0.5); // another answer is likelier
        for (std::size_t i = 1; i < cause.repairs.size(); ++i) {
            const ca::Repair &better = cause.repairs[i - 1], &worse = cause.repairs[i];
            QVERIFY(better.repaired > worse.repaired
                    || (better.repaired == worse.repaired && better.float_odds >= worse.float_odds));
        }
    }
}

void TestFailureAnalysis::leaves_out_groups_that_are_float()
{
    Broken model = broken("blocks.1", 6);
    auto mixed = ca::restore_to_float(model.quantized, {"stem", "fc", "blocks.0.conv1", "blocks.3.conv1", "blocks.3.conv2"});
    QVERIFY(mixed);
    QCOMPARE(mixed->weights.size(), std::size_t{9}); // of 14 layers
    QCOMPARE(mixed->left_float.size(), std::size_t{5});
    model.quantized = *mixed;
    const auto causes = explained(model);
    QVERIFY(causes && !causes->empty());
    for (const ca::FlipCause &cause : *causes) {
        std::vector<std::string> groups;
        for (const ca::Repair &repair : cause.repairs)
            groups.push_back(repair.group);
        std::sort(groups.begin(), groups.end());
        QCOMPARE(groups, (std::vector<std::string>{"blocks.0", "blocks.1", "blocks.2", "blocks.4", "blocks.5"}));
    }
}

void TestFailureAnalysis::has_nothing_to_say_of_no_images()
{
    Broken model = broken("blocks.1", 1);
    model.flips.clear();
    const auto causes = explained(model);
    QVERIFY(causes && causes->empty());
}

void TestFailureAnalysis::is_cancelled()
{
    Broken model = broken("blocks.1", 1);
    model.flips = {0};
    std::stop_source stop;
    stop.request_stop();
    const auto causes = explained(model, stop.get_token());
    QVERIFY(!causes);
    QCOMPARE(causes.error().code, ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestFailureAnalysis)
#include "test_failure_analysis.moc"
