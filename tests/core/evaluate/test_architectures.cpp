// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/random.h"
#include "core/data/prompts.h"
#include "core/files/safetensors.h"
#include "core/files/weight_file.h"
#include "core/model/architectures/recognise.h"
#include "core/model/model.h"
#include "core/quantize/export/export.h"
#include "tests/support/datasets.h"
#include "tests/support/models.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <regex>

namespace fs = std::filesystem;

/// Networks that the program writes itself, from weights by other people's names.
class TestArchitectures final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void equal_the_file_with_the_network_data();
    void equal_the_file_with_the_network();
    void have_the_published_parameters_with_random_weights_data();
    void have_the_published_parameters_with_random_weights();
    void are_the_same_for_the_same_seed();
    void take_other_peoples_names_data();
    void take_other_peoples_names();
    void name_their_outputs_as_config_does_data();
    void name_their_outputs_as_config_does();
    void stay_weights_where_something_does_not_fit_data();
    void stay_weights_where_something_does_not_fit();
    void quantize_and_write_weights_without_a_network();

private:
    [[nodiscard]] fs::path folder() const { return folder_.path().toStdString(); }
    QTemporaryDir folder_;
};

namespace {

struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};
using Tensors = std::map<std::string, Tensor>;

Tensor made(std::vector<std::int64_t> shape, const std::string &name)
{
    std::int64_t count = 1, inputs = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        count *= shape[i];
        inputs *= i == 0 ? 1 : shape[i];
    }
    std::uint64_t seed = 7;
    for (const char letter : name)
        seed = ca::mix(seed, static_cast<unsigned char>(letter));
    std::mt19937 generator(static_cast<unsigned>(seed));
    std::normal_distribution<float> normal(0, 1 / std::sqrt(static_cast<float>(inputs)));
    Tensor tensor{std::move(shape), std::vector<float>(static_cast<std::size_t>(count))};
    for (float &value : tensor.values)
        value = tensor.shape.size() > 1 ? normal(generator) : 0.5F + std::abs(normal(generator));
    return tensor;
}

void write(const Tensors &tensors, const fs::path &file)
{
    std::vector<ca::SafeTensorView> views;
    for (const auto &[name, tensor] : tensors)
        views.push_back({name, ca::SafeDtype::f32, tensor.shape, std::as_bytes(std::span(tensor.values))});
    if (const auto written = ca::write_safetensors(file, views, {}); !written)
        qFatal("%s", written.error().text().c_str());
}

/// A ResNet of basic blocks, one a stage, 4 to 32 channels, 10 classes, under torchvision's names.
Tensors small_resnet()
{
    Tensors tensors;
    const auto add = [&](const std::string &name, std::vector<std::int64_t> shape) {
        tensors[name] = made(std::move(shape), name);
    };
    const auto norm = [&](const std::string &name, std::int64_t channels) {
        for (const char *part : {".weight", ".bias", ".running_mean", ".running_var"})
            add(name + part, {channels});
    };
    add("conv1.weight", {4, 3, 7, 7});
    norm("bn1", 4);
    std::int64_t in = 4;
    for (int stage = 1; stage <= 4; ++stage) {
        const std::int64_t out = std::int64_t{2} << stage;
        const std::string name = "layer" + std::to_string(stage) + ".0.";
        add(name + "conv1.weight", {out, in, 3, 3});
        norm(name + "bn1", out);
        add(name + "conv2.weight", {out, out, 3, 3});
        norm(name + "bn2", out);
        if (stage > 1) {
            add(name + "downsample.0.weight", {out, in, 1, 1});
            norm(name + "downsample.1", out);
        }
        in = out;
    }
    add("fc.weight", {10, 32});
    add("fc.bias", {10});
    return tensors;
}

/// A ViT of two blocks, 64 wide, 16 patches of 8 x 8, 10 classes, under torchvision's names.
Tensors small_vit()
{
    Tensors tensors;
    const auto add = [&](const std::string &name, std::vector<std::int64_t> shape) {
        tensors[name] = made(std::move(shape), name);
    };
    const auto pair = [&](const std::string &name, std::vector<std::int64_t> shape) {
        const std::int64_t out = shape[0];
        add(name + "weight", std::move(shape));
        add(name + "bias", {out});
    };
    add("class_token", {1, 1, 64});
    add("encoder.pos_embedding", {1, 17, 64});
    pair("conv_proj.", {64, 3, 8, 8});
    for (int i = 0; i < 2; ++i) {
        const std::string name = "encoder.layers.encoder_layer_" + std::to_string(i) + ".";
        pair(name + "ln_1.", {64});
        pair(name + "ln_2.", {64});
        pair(name + "self_attention.in_proj_", {192, 64});
        pair(name + "self_attention.out_proj.", {64, 64});
        pair(name + "mlp.0.", {128, 64});
        pair(name + "mlp.3.", {64, 128});
    }
    pair("encoder.ln.", {64});
    pair("heads.head.", {10, 64});
    return tensors;
}

std::string replaced(const std::string &text, const char *pattern, const std::string &by)
{
    return std::regex_replace(text, std::regex(pattern), by);
}

Tensors renamed(const Tensors &tensors, const std::function<std::string(std::string)> &rename)
{
    Tensors result;
    for (const auto &[name, tensor] : tensors)
        result[rename(name)] = tensor;
    return result;
}

std::string hugging_face_resnet_name(std::string name)
{
    name = replaced(name, "^conv1\\.", "resnet.embedder.embedder.convolution.");
    name = replaced(name, "^bn1\\.", "resnet.embedder.embedder.normalization.");
    name = replaced(name, "^fc\\.", "classifier.1.");
    for (int stage = 1; stage <= 4; ++stage) {
        const std::string from = "^layer" + std::to_string(stage) + "\\.0\\.",
                          to = "resnet.encoder.stages." + std::to_string(stage - 1) + ".layers.0.";
        name = replaced(name, (from + "conv1").c_str(), to + "layer.0.convolution");
        name = replaced(name, (from + "conv2").c_str(), to + "layer.1.convolution");
        name = replaced(name, (from + "bn1").c_str(), to + "layer.0.normalization");
        name = replaced(name, (from + "bn2").c_str(), to + "layer.1.normalization");
        name = replaced(name, (from + "downsample.0").c_str(), to + "shortcut.convolution");
        name = replaced(name, (from + "downsample.1").c_str(), to + "shortcut.normalization");
    }
    return name;
}

std::string timm_name(std::string name)
{
    name = replaced(name, "^class_token$", "cls_token");
    name = replaced(name, "^encoder\\.pos_embedding$", "pos_embed");
    name = replaced(name, "^conv_proj", "patch_embed.proj");
    name = replaced(name, "^encoder\\.layers\\.encoder_layer_", "blocks.");
    name = replaced(name, "self_attention\\.in_proj_", "attn.qkv.");
    name = replaced(name, "self_attention\\.out_proj", "attn.proj");
    name = replaced(name, "ln_([12])", "norm$1");
    name = replaced(name, "mlp\\.0", "mlp.fc1");
    name = replaced(name, "mlp\\.3", "mlp.fc2");
    name = replaced(name, "^encoder\\.ln\\.", "norm.");
    return replaced(name, "^heads\\.head", "head");
}

/// q, k and v apart, as Hugging Face has them; its default epsilon of 1e-12 stands in a config.json that this file lacks.
Tensors hugging_face_vit(const Tensors &packed)
{
    Tensors apart;
    for (const auto &[name, tensor] : packed) {
        if (name.find("in_proj_") == std::string::npos) {
            std::string to = replaced(name, "^class_token$", "vit.embeddings.cls_token");
            to = replaced(to, "^encoder\\.pos_embedding$", "vit.embeddings.position_embeddings");
            to = replaced(to, "^conv_proj", "vit.embeddings.patch_embeddings.projection");
            to = replaced(to, "^encoder\\.layers\\.encoder_layer_", "vit.encoder.layer.");
            to = replaced(to, "self_attention\\.out_proj", "attention.output.dense");
            to = replaced(to, "ln_1", "layernorm_before");
            to = replaced(to, "ln_2", "layernorm_after");
            to = replaced(to, "mlp\\.0", "intermediate.dense");
            to = replaced(to, "mlp\\.3", "output.dense");
            to = replaced(to, "^encoder\\.ln\\.", "vit.layernorm.");
            apart[replaced(to, "^heads\\.head", "classifier")] = tensor;
            continue;
        }
        const std::string root = replaced(replaced(name, "^encoder\\.layers\\.encoder_layer_", "vit.encoder.layer."),
                                          "self_attention\\.in_proj_.*", "attention.attention.");
        const std::string ending = name.ends_with("weight") ? ".weight" : ".bias";
        const auto third = static_cast<std::ptrdiff_t>(tensor.values.size() / 3);
        int part = 0;
        for (const char *which : {"query", "key", "value"}) {
            Tensor piece{tensor.shape, {tensor.values.begin() + part * third, tensor.values.begin() + (part + 1) * third}};
            piece.shape[0] /= 3;
            apart[root + which + ending] = std::move(piece);
            ++part;
        }
    }
    return apart;
}

/// From the names of published files to those of `modeling_vit.py` in transformers 5.
std::string transformers_5_vit_name(std::string name)
{
    name = replaced(name, "encoder\\.layer\\.", "layers.");
    name = replaced(name, "attention\\.attention\\.query", "attention.q_proj");
    name = replaced(name, "attention\\.attention\\.key", "attention.k_proj");
    name = replaced(name, "attention\\.attention\\.value", "attention.v_proj");
    name = replaced(name, "attention\\.output\\.dense", "attention.o_proj");
    name = replaced(name, "intermediate\\.dense", "mlp.fc1");
    return replaced(name, "output\\.dense", "mlp.fc2");
}

ca::Model load(const fs::path &file)
{
    auto model = ca::load_model(file, {}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    return *model;
}

} // namespace

void TestArchitectures::equal_the_file_with_the_network_data()
{
    QTest::addColumn<QString>("weights");
    QTest::addColumn<QString>("network");
    QTest::addColumn<int>("layers");
    QTest::newRow("ViT, safetensors") << "vit_cifar10.safetensors"
                                      << "vit_cifar10.scripted.pt" << 30;
    QTest::newRow("MobileNetV2, pth") << "mobilenet_v2_cifar10.pth"
                                      << "mobilenet_v2_cifar10.traced.pt" << 53;
}

void TestArchitectures::equal_the_file_with_the_network()
{
    QFETCH(QString, weights);
    QFETCH(QString, network);
    QFETCH(int, layers);
    const auto file = shared_file("models/" + weights.toStdString()), traced = shared_file("models/" + network.toStdString());
    if (!file || !traced)
        QSKIP("The shared models are not beside this checkout.");
    const ca::Model mine = load(*file), theirs = load(*traced);
    QCOMPARE(mine.input, theirs.input);
    QCOMPARE(mine.program.layers().size(), static_cast<std::size_t>(layers));
    const auto images = random_images(9, 3, 32, 32);
    const auto a = ca::run(mine.program, images), b = ca::run(theirs.program, images);
    QVERIFY(a && b);
    QVERIFY(relative_difference(a->values, b->values) < 1e-5);
}

void TestArchitectures::have_the_published_parameters_with_random_weights_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<double>("millions"); // torchvision's documentation; open_clip's table, in which two digits are given
    QTest::addColumn<double>("digit");
    QTest::newRow("resnet18") << "resnet18" << 11.689512 << 1e-6;
    QTest::newRow("mobilenet_v2") << "mobilenet_v2" << 3.504872 << 1e-6;
    QTest::newRow("vit_b_16") << "vit_b_16" << 86.567656 << 1e-6;
    QTest::newRow("clip-vit-b") << "clip-vit-b" << 149.62 << 0.01;
    QTest::newRow("clip-vit-l") << "clip-vit-l" << 427.62 << 0.01;
}

void TestArchitectures::have_the_published_parameters_with_random_weights()
{
    QFETCH(QString, key);
    QFETCH(double, millions);
    QFETCH(double, digit);
    const auto prompts = ca::prompt_maker({"cat", "dog"}, {"a photo of a {}."});
    const auto model = ca::random_model(key.toStdString(), source_folder() / "resources/demo/clip-tiny",
                                        {.sizes = {}, .size = {}, .prompts = prompts, .first_load = {}});
    QVERIFY2(model, model ? "" : model.error().text().c_str());
    QVERIFY2(std::abs(static_cast<double>(model->parameters) / 1e6 - millions) < digit / 2,
             qPrintable(QString::number(model->parameters)));
    QCOMPARE(model->input.height, 224);
    const auto output = ca::run(model->program, random_images(1, 3, 224, 224), {}, 0);
    QVERIFY(output);
    QCOMPARE(output->columns, key.startsWith("clip") ? 2 : 1000);
    for (const float value : output->values)
        QVERIFY(std::isfinite(value) && std::abs(value) < 1e4F);
}

void TestArchitectures::are_the_same_for_the_same_seed()
{
    const auto answer = [](std::uint64_t seed) {
        const auto model =
            ca::random_model("mobilenet_v2", {}, {.sizes = {}, .size = {}, .seed = seed, .prompts = {}, .first_load = {}});
        return ca::run(model->program, random_images(1, 3, 224, 224))->values;
    };
    QCOMPARE(answer(3), answer(3));
    QVERIFY(answer(3) != answer(4));
}

void TestArchitectures::take_other_peoples_names_data()
{
    QTest::addColumn<QString>("kind");
    for (const char *kind : {"ResNet of Hugging Face", "ResNet in a wrapper", "ViT of timm", "ViT of Hugging Face",
                             "ViT of transformers 5", "ViT as torchvision saved it"})
        QTest::newRow(kind) << kind;
}

void TestArchitectures::take_other_peoples_names()
{
    QFETCH(QString, kind);
    const Tensors ours = kind.startsWith("ResNet") ? small_resnet() : small_vit();
    Tensors theirs;
    if (kind == "ResNet of Hugging Face")
        theirs = renamed(ours, hugging_face_resnet_name);
    else if (kind == "ResNet in a wrapper")
        theirs = renamed(ours, [](const std::string &name) { return "module.model." + name; });
    else if (kind == "ViT of timm")
        theirs = renamed(ours, timm_name);
    else if (kind == "ViT of Hugging Face")
        theirs = hugging_face_vit(ours);
    else if (kind == "ViT of transformers 5")
        theirs = renamed(hugging_face_vit(ours), transformers_5_vit_name);
    else
        theirs = renamed(ours, [](const std::string &name) {
            return replaced(replaced(name, "mlp\\.0", "mlp.linear_1"), "mlp\\.3", "mlp.linear_2");
        });
    write(ours, folder() / "ours.safetensors");
    write(theirs, folder() / "theirs.safetensors");
    const ca::Model a = load(folder() / "ours.safetensors"), b = load(folder() / "theirs.safetensors");
    QVERIFY(a.has_network() && b.has_network());
    QCOMPARE(b.input, a.input);
    const auto images = random_images(3, a.input.channels, a.input.height, a.input.width);
    const auto first = ca::run(a.program, images), second = ca::run(b.program, images);
    QVERIFY(first && second);
    QVERIFY(relative_difference(second->values, first->values) < 1e-5);
    // Layers keep the names that the file gives them.
    const std::string last = b.program.layers().back().name;
    QVERIFY2(theirs.contains(last + ".weight"), last.c_str());
}

void TestArchitectures::name_their_outputs_as_config_does_data()
{
    QTest::addColumn<QString>("labels"); // of outputs 9 down to 0
    QTest::addColumn<bool>("told");
    QTest::newRow("names") << "tench%1" << true;
    QTest::newRow("numbers that say nothing") << "LABEL_%1" << false;
    QTest::newRow("one is missing") << "" << false;
}

void TestArchitectures::name_their_outputs_as_config_does()
{
    QFETCH(QString, labels);
    QFETCH(bool, told);
    QTemporaryDir place;
    const fs::path folder = place.path().toStdString();
    write(small_resnet(), folder / "model.safetensors");
    QStringList stated;
    std::vector<std::string> names;
    for (int i = 9; i >= (labels.isEmpty() ? 1 : 0); --i)
        stated << QString("\"%1\": \"%2\"").arg(i).arg(labels.isEmpty() ? "fish" : labels.arg(i));
    for (int i = 0; told && i < 10; ++i)
        names.push_back(labels.arg(i).toStdString());
    QVERIFY(write_bytes(folder / "config.json",
                        ("{\"model_type\": \"resnet\", \"id2label\": {" + stated.join(", ") + "}}").toStdString()));
    const ca::Model model = load(folder);
    QCOMPARE(model.input.outputs, std::int64_t{10});
    QCOMPARE(model.output_names, names);
}

void TestArchitectures::stay_weights_where_something_does_not_fit_data()
{
    QTest::addColumn<QString>("change");
    QTest::addColumn<QString>("said");
    QTest::newRow("a tensor is missing") << "missing"
                                         << "the tensor layer2.0.bn2.bias is missing";
    QTest::newRow("another shape") << "shape"
                                   << "the tensor layer3.0.conv2.weight is 16 x 16 x 1 x 1, not 16 x 16 x 3 x 3";
    QTest::newRow("tensors of another network") << "extra"
                                                << "among them layer1.0.se.fc1.weight";
    QTest::newRow("names of nothing known") << "names"
                                            << "their names are of no architecture that is built in";
}

void TestArchitectures::stay_weights_where_something_does_not_fit()
{
    QFETCH(QString, change);
    QFETCH(QString, said);
    Tensors tensors = small_resnet();
    if (change == "missing")
        tensors.erase("layer2.0.bn2.bias");
    else if (change == "shape")
        tensors["layer3.0.conv2.weight"] = made({16, 16, 1, 1}, "other");
    else if (change == "extra")
        tensors["layer1.0.se.fc1.weight"] = made({2, 4, 1, 1}, "se");
    else
        tensors = renamed(tensors, [](const std::string &name) { return "stem." + name; });
    write(tensors, folder() / "damaged.safetensors");
    const ca::Model model = load(folder() / "damaged.safetensors");
    QVERIFY(!model.has_network());
    QVERIFY(!model.notes.empty());
    QVERIFY2(QString::fromStdString(model.notes.front()).contains(said), model.notes.front().c_str());
    QVERIFY(!model.program.layers().empty());
    const auto output = ca::run(model.program, random_images(1, 3, 32, 32));
    QVERIFY(!output);
    QCOMPARE(output.error().code, ca::ErrorCode::unsupported);
}

void TestArchitectures::quantize_and_write_weights_without_a_network()
{
    Tensors tensors{{"head.weight", made({8, 16}, "a")},
                    {"head.bias", made({8}, "b")},
                    {"conv.weight", made({4, 2, 3, 3}, "c")},
                    {"steps", made({1}, "d")}};
    write(tensors, folder() / "weights.safetensors");
    const ca::Model model = load(folder() / "weights.safetensors");
    QCOMPARE(model.program.layers().size(), std::size_t{2});
    QCOMPARE(model.parameters, std::int64_t{8 * 16 + 8 + 4 * 2 * 9 + 1});
    const auto recipe = ca::make_recipe(model, "int8-weight", {});
    QVERIFY(recipe);
    const auto quantized = ca::quantize(model, *recipe, {}, 1, {}, {});
    QVERIFY(quantized);
    const auto size = ca::write_export(*quantized, folder() / "int8.safetensors");
    QVERIFY(size);
    QCOMPARE(*size, ca::predicted_bytes(model, recipe->recipe));
    const auto header = ca::read_safetensors_header(folder() / "int8.safetensors");
    QVERIFY(header);
    const auto *integers = header->find("head.weight"), *scales = header->find("head.weight_scale"),
               *bias = header->find("head.bias");
    QVERIFY(integers && scales && bias && header->find("steps"));
    QCOMPARE(integers->dtype, ca::SafeDtype::i8);
    const auto stored = ca::read_tensor(folder() / "int8.safetensors", *header, *integers);
    const auto scale = ca::read_tensor(folder() / "int8.safetensors", *header, *scales);
    QVERIFY(stored && scale);
    std::vector<float> row_scales(8);
    std::memcpy(row_scales.data(), scale->data(), scale->size());
    for (std::size_t i = 0; i < 8 * 16; ++i) {
        const auto q = static_cast<float>(static_cast<std::int8_t>((*stored)[i]));
        QVERIFY(std::abs(q * row_scales[i / 16] - tensors["head.weight"].values[i]) <= 1.5F * row_scales[i / 16]);
    }
}

QTEST_APPLESS_MAIN(TestArchitectures)
#include "test_architectures.moc"
