// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/preprocess.h"
#include "core/data/prompts.h"
#include "core/evaluate/evaluate.h"
#include "core/files/safetensors.h"
#include "core/model/architectures/clip_torch.h"
#include "core/model/architectures/recognise.h"
#include "core/model/model.h"
#include "core/quantize/export/export.h"
#include "tests/support/models.h"
#include "tests/support/shared_files.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <QTemporaryDir>
#include <QtTest>

#include <cstring>
#include <fstream>

namespace fs = std::filesystem;

/// clip-tiny against what another implementation of CLIP (Hugging Face's) made of the same files: tests/golden/clip-tiny.
class TestClip final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void embeds_images_as_the_reference_data();
    void embeds_images_as_the_reference();
    void embeds_classes_as_the_reference_data();
    void embeds_classes_as_the_reference();
    void gets_as_many_images_right_as_the_reference_data();
    void gets_as_many_images_right_as_the_reference();
    void reads_openai_names_and_packed_projections();
    void takes_any_names_and_templates();
    void quantizes_both_towers();
    void keeps_its_answers_in_an_exported_file();
    void says_which_tokenizer_file_is_missing();
    void needs_class_names();

private:
    [[nodiscard]] fs::path data(const QString &name) const
    {
        if (name == "pictogram10")
            return source_folder() / "resources/demo/pictogram10";
        return shared_file("data/cifar10").value_or(fs::path());
    }

    fs::path model_ = source_folder() / "resources/demo/clip-tiny";
    fs::path golden_ = source_folder() / "tests/golden/clip-tiny";
    std::optional<ca::WeightFile> file_;
    std::optional<ca::Recognised> recognised_;
    ca::Json config_;
};

namespace {

std::vector<float> reference(const fs::path &golden, const std::string &name)
{
    const auto file = ca::WeightFile::open(golden / "reference.safetensors");
    const auto bytes = file ? file->read(file->find(name).value()) : ca::Result<std::vector<std::byte>>();
    if (!bytes)
        qFatal("%s", bytes.error().text().c_str());
    std::vector<float> values(bytes->size() / sizeof(float));
    std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

double largest_difference(const at::Tensor &values, const std::vector<float> &reference)
{
    const at::Tensor flat = values.contiguous().view({-1});
    if (flat.numel() != static_cast<std::int64_t>(reference.size()))
        return INFINITY;
    double worst = 0;
    for (std::size_t i = 0; i < reference.size(); ++i)
        worst = std::max(worst, static_cast<double>(std::abs(flat.data_ptr<float>()[i] - reference[i])));
    return worst;
}

std::vector<std::string> templates(const QString &which)
{
    return which == "18" ? ca::clip_templates() : std::vector<std::string>{"a photo of a {}."};
}

ca::Model load(const fs::path &file, const std::vector<std::string> &classes, const std::vector<std::string> &templates)
{
    auto model = ca::load_model(
        file, {.sizes = {}, .size = {}, .prompts = ca::prompt_maker(classes, templates), .first_load = {}}, {}, {});
    if (!model)
        qFatal("%s", model.error().text().c_str());
    return *model;
}

/// The same weights by OpenAI's names: q, k and v in one matrix, projections as [in, out].
void write_openai(const ca::WeightFile &file, const fs::path &to)
{
    std::map<std::string, at::Tensor> tensors;
    for (std::size_t i = 0; i < file.tensors().size(); ++i)
        tensors[file.tensors()[i].name] = *ca::read_tensor(file, i);
    std::map<std::string, at::Tensor> out{{"logit_scale", tensors.at("logit_scale")},
                                          {"visual.proj", tensors.at("visual_projection.weight").t().contiguous()},
                                          {"text_projection", tensors.at("text_projection.weight").t().contiguous()}};
    const auto move = [&](const std::string &from, const std::string &name) { out[name] = tensors.at(from); };
    move("vision_model.embeddings.class_embedding", "visual.class_embedding");
    move("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight");
    move("vision_model.embeddings.position_embedding.weight", "visual.positional_embedding");
    move("text_model.embeddings.token_embedding.weight", "token_embedding.weight");
    move("text_model.embeddings.position_embedding.weight", "positional_embedding");
    for (const char *ending : {".weight", ".bias"}) {
        const std::string e = ending;
        move("vision_model.pre_layrnorm" + e, "visual.ln_pre" + e);
        move("vision_model.post_layernorm" + e, "visual.ln_post" + e);
        move("text_model.final_layer_norm" + e, "ln_final" + e);
        for (const auto &[tower, prefix, depth] : {std::tuple{"vision_model", "visual.", 8}, std::tuple{"text_model", "", 3}})
            for (int i = 0; i < depth; ++i) {
                const std::string from = std::string(tower) + ".encoder.layers." + std::to_string(i) + ".";
                const std::string name = std::string(prefix) + "transformer.resblocks." + std::to_string(i) + ".";
                move(from + "layer_norm1" + e, name + "ln_1" + e);
                move(from + "layer_norm2" + e, name + "ln_2" + e);
                move(from + "mlp.fc1" + e, name + "mlp.c_fc" + e);
                move(from + "mlp.fc2" + e, name + "mlp.c_proj" + e);
                move(from + "self_attn.out_proj" + e, name + "attn.out_proj" + e);
                out[name + "attn.in_proj_" + e.substr(1)] =
                    at::cat({tensors.at(from + "self_attn.q_proj" + e), tensors.at(from + "self_attn.k_proj" + e),
                             tensors.at(from + "self_attn.v_proj" + e)});
            }
    }
    std::vector<ca::SafeTensorView> views;
    for (const auto &[name, tensor] : out)
        views.push_back({name,
                         ca::SafeDtype::f32,
                         tensor.sizes().vec(),
                         {static_cast<const std::byte *>(tensor.const_data_ptr()), tensor.nbytes()}});
    if (const auto written = ca::write_safetensors(to, views, {}); !written)
        qFatal("%s", written.error().text().c_str());
}

} // namespace

void TestClip::initTestCase()
{
    auto file = ca::WeightFile::open(model_);
    QVERIFY2(file, "resources/demo/clip-tiny");
    file_ = std::move(*file);
    recognised_ = ca::recognise(file_->tensors());
    QVERIFY(recognised_);
    QCOMPARE(recognised_->architecture, ca::Architecture::clip);
    std::ifstream stream(model_ / "config.json");
    config_ = ca::Json::parse(stream);
}

void TestClip::embeds_images_as_the_reference_data()
{
    QTest::addColumn<QString>("set");
    QTest::newRow("CIFAR-10") << "cifar10";
    QTest::newRow("Pictogram-10") << "pictogram10";
}

void TestClip::embeds_images_as_the_reference()
{
    QFETCH(QString, set);
    if (data(set).empty())
        QSKIP("The shared data are not beside this checkout.");
    const auto opened = ca::open_data_folder(data(set), 0);
    QVERIFY(opened);
    constexpr std::int64_t kImages = 16;
    const std::vector<std::uint32_t> first{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    std::vector<float> images(kImages * 3 * 32 * 32);
    ca::preprocess(*opened->all.images, first, *ca::parse_preprocess("cifar10"), images);

    const c10::InferenceMode inference;
    ca::FileWeights weights(*file_, recognised_->places);
    ca::NetworkBuilder net(weights, {3, 32, 32});
    const ca::Program tower = net.finish(net.normalized(ca::clip_image_tower(net, ca::clip_sizes(weights, config_))));
    const at::Tensor embeddings = ca::execute(tower.data(), at::tensor(images).view({kImages, 3, 32, 32}), {});
    QVERIFY(largest_difference(embeddings, reference(golden_, set.toStdString() + ".image_embeddings_first16")) < 1e-4);
}

void TestClip::embeds_classes_as_the_reference_data()
{
    QTest::addColumn<QString>("set");
    QTest::addColumn<QString>("which");
    for (const char *set : {"cifar10", "pictogram10"})
        for (const char *which : {"18", "1"})
            QTest::addRow("%s, %s templates", set, which) << QString(set) << QString(which);
}

void TestClip::embeds_classes_as_the_reference()
{
    QFETCH(QString, set);
    QFETCH(QString, which);
    std::vector<std::string> classes = ca::cifar10_classes();
    if (set == "pictogram10")
        classes = ca::open_data_folder(data(set), 0)->classes;
    const auto prompts = ca::prompt_maker(classes, templates(which))(model_, 32);
    QVERIFY(prompts);
    const c10::InferenceMode inference;
    ca::FileWeights weights(*file_, recognised_->places);
    ca::NetworkBuilder net(weights, {3, 32, 32});
    const ca::Program tower = net.finish(ca::clip_class_embeddings(net, ca::clip_sizes(weights, config_), *prompts));
    const at::Tensor embeddings = ca::execute(tower.data(), at::zeros({1, 3, 32, 32}), {});
    QVERIFY(largest_difference(embeddings, reference(golden_, (set + ".text_embeddings." + which).toStdString())) < 1e-4);
}

void TestClip::gets_as_many_images_right_as_the_reference_data()
{
    QTest::addColumn<QString>("which");
    QTest::addColumn<int>("right"); // reference.json, of 2,000 images of Pictogram-10
    QTest::newRow("18 templates") << "18" << 1834;
    QTest::newRow("1 template") << "1" << 1835;
}

void TestClip::gets_as_many_images_right_as_the_reference()
{
    QFETCH(QString, which);
    QFETCH(int, right);
    const auto opened = ca::open_data_folder(data("pictogram10"), 0);
    QVERIFY(opened);
    const ca::Model model = load(model_, opened->classes, templates(which));
    const auto head = ca::choose_head("auto", model, *opened);
    const auto how = ca::choose_preprocess("auto", model, *opened, 0, {});
    QVERIFY(head && how);
    QCOMPARE(head->scoring.head, ca::Head::zero_shot);
    const auto answers = ca::predict(*ca::fuse(model.program), model.input, opened->all, how->preprocess, 0, {}, {});
    QVERIFY(answers);
    const auto accuracy = ca::accuracy_of(*answers, opened->all, head->scoring, nullptr);
    QVERIFY2(std::abs(accuracy.correct - right) <= 3, qPrintable(QString::number(accuracy.correct)));
}

void TestClip::reads_openai_names_and_packed_projections()
{
    QTemporaryDir folder;
    const fs::path to = folder.path().toStdString();
    for (const char *name : {"vocab.json", "merges.txt"})
        fs::copy_file(model_ / name, to / name);
    write_openai(*file_, to / "clip.safetensors");
    const ca::Model mine = load(model_, ca::cifar10_classes(), ca::clip_templates());
    ca::FileWeights weights(*ca::WeightFile::open(to / "clip.safetensors"),
                            ca::recognise(ca::WeightFile::open(to / "clip.safetensors")->tensors())->places);
    ca::ClipSizes sizes = ca::clip_sizes(weights, {});
    QVERIFY(sizes.openai);
    sizes.text.heads = 4; // without a config.json, heads have 64 columns, and this text tower's have 32
    const auto prompts = ca::prompt_maker(ca::cifar10_classes(), ca::clip_templates())(to, 32);
    QVERIFY(prompts);
    ca::NetworkBuilder net(weights, {3, 32, 32});
    const ca::Program theirs = net.finish(ca::clip_zero_shot(net, sizes, *prompts));
    const auto images = random_images(5, 3, 32, 32);
    const auto a = ca::run(mine.program, images), b = ca::run(theirs, images);
    QVERIFY(a && b);
    QVERIFY(relative_difference(b->values, a->values) < 1e-5);
    QCOMPARE(weights.parameters(), std::int64_t{4'543'489});
}

void TestClip::takes_any_names_and_templates()
{
    const ca::Model model = load(model_, {"red square", "Ünïcode 日本"}, {"{}", "one {} and one more {}", "a drawing of {}"});
    QCOMPARE(model.input.outputs, 2);
    QCOMPARE(model.zero_shot->tokens.size(), std::size_t{6});
    const auto output = ca::run(model.program, random_images(2, 3, 32, 32));
    QVERIFY(output);
    QCOMPARE(output->columns, 2);
}

void TestClip::quantizes_both_towers()
{
    const ca::Model model = load(model_, ca::cifar10_classes(), ca::clip_templates());
    const auto has = [&](const std::string &name) {
        const auto &layers = model.program.layers();
        return std::any_of(layers.begin(), layers.end(), [&](const ca::Layer &layer) { return layer.name == name; });
    };
    // 8 + 3 blocks of six linears, the patches' convolution, the tokens' embedding, two projections.
    QCOMPARE(model.program.layers().size(), std::size_t{11 * 6 + 4});
    QVERIFY(has("text_model.embeddings.token_embedding"));
    QVERIFY(has("text_model.encoder.layers.2.self_attn.q_proj"));
    QVERIFY(has("vision_model.embeddings.patch_embedding"));
    const auto recipe = ca::make_recipe(model, "int8-weight", {});
    QVERIFY(recipe);
    const auto towers = ca::tower_bytes(model, recipe->recipe);
    QVERIFY(towers);
    QCOMPARE(towers->image.value + towers->text.value, ca::predicted_bytes(model, recipe->recipe).value);
    // A byte a weight, and a few percent of scales, norms and biases.
    const double text_weights = 2514 * 128 + 3 * (4 * 128 * 128 + 2 * 128 * 512) + 128 * 128;
    QVERIFY(static_cast<double>(towers->text.value) > text_weights);
    QVERIFY(static_cast<double>(towers->text.value) < 1.1 * text_weights);
}

void TestClip::keeps_its_answers_in_an_exported_file()
{
    const ca::Model model = load(model_, ca::cifar10_classes(), ca::clip_templates());
    const auto quantized = ca::quantize(model, *ca::make_recipe(model, "int4-weight", {.has_images = false}), {}, 0, {}, {});
    QVERIFY(quantized);
    QTemporaryDir folder;
    const fs::path file = fs::path(folder.path().toStdString()) / "clip.safetensors";
    QVERIFY(ca::write_export(*quantized, file));
    const auto again = ca::read_export(file, 1, {}, {});
    QVERIFY2(again, again ? "" : again.error().text().c_str());
    QCOMPARE(again->model.zero_shot->classes, ca::cifar10_classes());
    QCOMPARE(again->model.preprocess, model.preprocess);
    const auto images = random_images(4, 3, 32, 32);
    const auto a = ca::run(quantized->program, images), b = ca::run(again->program, images);
    QVERIFY(a && b);
    QCOMPARE(b->values, a->values);
}

void TestClip::says_which_tokenizer_file_is_missing()
{
    QTemporaryDir folder;
    const fs::path to = folder.path().toStdString();
    for (const char *name : {"config.json", "model.safetensors", "merges.txt"})
        fs::copy_file(model_ / name, to / name);
    const auto model =
        ca::load_model(to, {.sizes = {}, .size = {}, .prompts = ca::prompt_maker({"cat"}, {"{}"}), .first_load = {}}, {}, {});
    QVERIFY(model); // its weights can be looked at and quantized without one
    QVERIFY(!model->has_network());
    QVERIFY(!model->program.layers().empty());
    QVERIFY2(model->notes.front().find("vocab.json") != std::string::npos, model->notes.front().c_str());
}

void TestClip::needs_class_names()
{
    const auto model = ca::load_model(model_, {}, {}, {});
    QVERIFY(!model);
    QCOMPARE(model.error().code, ca::ErrorCode::unsupported);
}

QTEST_APPLESS_MAIN(TestClip)
#include "test_clip_torch.moc"
