// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/inspect_file.h"
#include "core/files/safetensors.h"
#include "tests/corpus/pickle_bytes.h"
#include "tests/corpus/zip_bytes.h"
#include "tests/support/datasets.h"
#include "tests/support/shared_files.h"

#include <QTemporaryDir>
#include <QtTest>

class TestInspectFile final : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void counts_the_parameters_of_the_shared_models_data();
    void counts_the_parameters_of_the_shared_models();
    void names_tensors_by_their_attributes();
    void tells_parameters_from_buffers_by_the_code();
    void counts_a_shared_weight_once();
    void refuses_more_tensors_than_any_model_has();
    void counts_constants_that_tracing_froze();
    void finds_layers_by_shape_and_class();
    void calls_code_that_prints_suspicious();
    void finds_names_that_weights_do_not_need();
    void counts_buffers_of_a_state_dict_by_name_and_says_so();
    void finds_the_weights_in_a_checkpoint();
    void reads_what_torch_save_wrote_before_1_6();
    void lists_a_safetensors_file();
    void hashes_the_file();
    void stops_when_asked();
};

namespace {

/// A TorchScript archive of one module of class `N`; storage 0 holds 64 floats.
std::string torchscript(const pickle::Entries &state, const std::string &code, const std::vector<ZipPart> &more = {})
{
    std::vector<ZipPart> parts{{"m/data.pkl", pickle::whole(pickle::object("__torch__", "N", state))},
                               {"m/code/__torch__.py", code},
                               {"m/data/0", std::string(256, '\0')},
                               {"m/data/1", std::string(256, '\0')}};
    parts.insert(parts.end(), more.begin(), more.end());
    return zip_bytes(parts);
}

ca::Result<ca::FileInspection> inspection_of(const std::string &bytes, const char *name = "m.pt")
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath(name).toStdString();
    if (!write_bytes(file, bytes))
        return ca::fail(ca::ErrorCode::unwritable, "The test's file could not be written.");
    return ca::inspect_file(file);
}

const std::string kEmptyClass = "class N(Module):\n  __parameters__ = []\n  __buffers__ = []\n";

} // namespace

void TestInspectFile::counts_the_parameters_of_the_shared_models_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<qint64>("parameters"); // expected.json beside the models
    QTest::addColumn<int>("layers");        // of the architectures: convolutions, linear layers, embeddings
    QTest::newRow("ResNet-18") << "models/resnet18_cifar10.traced.pt" << qint64{11173962} << 21;
    QTest::newRow("MobileNetV2") << "models/mobilenet_v2_cifar10.traced.pt" << qint64{2236682} << 53;
    QTest::newRow("MobileNetV2, weights") << "models/mobilenet_v2_cifar10.pth" << qint64{2236682} << 53;
    QTest::newRow("ViT") << "models/vit_cifar10.scripted.pt" << qint64{4641546} << 30; // 7 blocks of 4, patches, head
    QTest::newRow("ViT, safetensors") << "models/vit_cifar10.safetensors" << qint64{4641546} << 30;
    QTest::newRow("CLIP") << "models/clip_tiny_pictogram10.traced.pt" << qint64{3607424}
                          << 52; // 8 of 6, patches, positions, 2 heads
}

void TestInspectFile::counts_the_parameters_of_the_shared_models()
{
    QFETCH(QString, name);
    QFETCH(qint64, parameters);
    QFETCH(int, layers);
    const auto file = shared_file(name.toStdString());
    if (!file)
        QSKIP("The shared models are not beside this checkout.");
    const auto result = ca::inspect_file(*file);
    QVERIFY2(result, result ? "" : result.error().sentence.c_str());
    QCOMPARE(static_cast<qint64>(result->parameters), parameters);
    QCOMPARE(static_cast<int>(result->layers.size()), layers);
    QVERIFY(result->findings.empty());
    QVERIFY(result->verdict == (name.endsWith(".pt") ? ca::CodeVerdict::plain : ca::CodeVerdict::none));
}

void TestInspectFile::names_tensors_by_their_attributes()
{
    const std::string inner = pickle::object("__torch__", "Inner", {{"weight", pickle::tensor("0", {3, 2}, 64)}});
    const auto result = inspection_of(
        torchscript({{"training", "\x89"}, {"blocks", pickle::object("__torch__", "Box", {{"0", inner}})}}, kEmptyClass));
    QVERIFY2(result, result ? "" : result.error().sentence.c_str());
    QCOMPARE(result->tensors.size(), std::size_t{1});
    QVERIFY(result->tensors[0] == (ca::FileTensor{"blocks.0.weight", {3, 2}, "float32", ca::bytes(24), false}));
    QVERIFY(result->layers.at(0) == (ca::FileLayer{"blocks.0", ca::TensorRole::linear, {3, 2}, "float32", 6, ca::bytes(24)}));
    QVERIFY(result->format == ca::FileFormat::torchscript);
}

void TestInspectFile::tells_parameters_from_buffers_by_the_code()
{
    const auto result =
        inspection_of(torchscript({{"scale", pickle::tensor("0", {5}, 64)}, {"mean", pickle::tensor("1", {7}, 64)}},
                                  "class N(Module):\n  __parameters__ = [\"scale\", ]\n  __buffers__ = [\"mean\", ]\n"));
    QVERIFY(result);
    QCOMPARE(result->parameters, std::int64_t{5});
    QVERIFY(!result->tensors.at(0).is_buffer);
    QVERIFY(result->tensors.at(1).is_buffer);
    QVERIFY(result->warnings.empty());
}

void TestInspectFile::counts_a_shared_weight_once()
{
    const std::string same = pickle::tensor("0", {4, 4}, 64);
    const auto part = [&] { return pickle::object("__torch__", "Inner", {{"weight", same}}); };
    const auto result = inspection_of(torchscript({{"one", part()}, {"two", part()}}, kEmptyClass));
    QVERIFY(result);
    QCOMPARE(result->tensors.size(), std::size_t{2});
    QCOMPARE(result->parameters, std::int64_t{16});
    QCOMPARE(result->layers.size(), std::size_t{1});
}

void TestInspectFile::refuses_more_tensors_than_any_model_has()
{
    std::string list = "](" + pickle::tensor("0", {2}, 64) + "q\x01";
    for (int i = 0; i < 200'001; ++i)
        list += "h\x01"; // the same once more
    const auto result = inspection_of(torchscript({{"all", list + "e"}}, kEmptyClass));
    QVERIFY(!result);
    QVERIFY2(QString::fromStdString(result.error().text()).contains("more than 200,000 tensors"),
             result.error().sentence.c_str());
}

void TestInspectFile::counts_constants_that_tracing_froze()
{
    const std::string constants = pickle::whole("(" + pickle::tensor("0", {6, 5}, 64) + pickle::tensor("1", {}, 1)
                                                + pickle::tensor("2", {3}, 3, "LongStorage") + "t");
    const auto result = inspection_of(torchscript({{"training", "\x89"}}, kEmptyClass,
                                                  {{"m/constants.pkl", constants},
                                                   {"m/constants/0", std::string(256, '\0')},
                                                   {"m/constants/1", std::string(4, '\0')},
                                                   {"m/constants/2", std::string(24, '\0')}}));
    QVERIFY2(result, result ? "" : result.error().sentence.c_str());
    QCOMPARE(result->parameters, std::int64_t{30}); // a single number and whole numbers are none
    QCOMPARE(result->layers.at(0).name, std::string("CONSTANTS.c0"));
    QCOMPARE(result->warnings.size(), std::size_t{1});
}

void TestInspectFile::finds_layers_by_shape_and_class()
{
    const auto module = [](const char *where, const char *name, const pickle::Entries &state) {
        return pickle::object(std::string("__torch__.torch.nn.modules.") + where, name, state);
    };
    const auto result = inspection_of(torchscript(
        {{"conv",
          module("conv", "Conv2d", {{"weight", pickle::tensor("0", {2, 3, 1, 1}, 64)}, {"bias", pickle::tensor("1", {2}, 64)}})},
         {"up", module("conv", "ConvTranspose2d", {{"weight", pickle::tensor("0", {3, 2, 1, 1}, 64)}})},
         {"words", module("sparse.___torch_mangle_3", "Embedding", {{"weight", pickle::tensor("0", {4, 2}, 64)}})},
         {"embedding_head", module("linear", "Linear", {{"weight", pickle::tensor("0", {5, 2}, 64)}})},
         {"norm", module("batchnorm", "BatchNorm2d", {{"weight", pickle::tensor("0", {2}, 64)}})},
         {"attention",
          module("activation", "MultiheadAttention",
                 {{"in_proj_weight", pickle::tensor("0", {6, 2}, 64)}, {"in_proj_bias", pickle::tensor("1", {6}, 64)}})}},
        kEmptyClass));
    QVERIFY2(result, result ? "" : result.error().sentence.c_str());
    using Role = ca::TensorRole;
    const std::vector<std::tuple<std::string, Role, std::int64_t>> expected{{"conv", Role::conv2d, 8}, // 6 and a bias of 2
                                                                            {"up", Role::other, 6},
                                                                            {"words", Role::embedding, 8},
                                                                            {"embedding_head", Role::linear, 10},
                                                                            {"attention.in_proj", Role::linear, 18}};
    QCOMPARE(result->layers.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY2((std::tuple(result->layers[i].name, result->layers[i].kind, result->layers[i].parameters) == expected[i]),
                 result->layers[i].name.c_str());
}

void TestInspectFile::calls_code_that_prints_suspicious()
{
    const auto result = inspection_of(
        torchscript({{"training", "\x89"}}, kEmptyClass + "  def forward(self, x: Tensor) -> Tensor:\n    print(x)\n"));
    QVERIFY(result);
    QVERIFY(result->verdict == ca::CodeVerdict::suspicious);
    QVERIFY(result->findings == (std::vector<ca::CodeFinding>{{"code/__torch__.py", 5, "It prints (`print`)."}}));
}

void TestInspectFile::finds_names_that_weights_do_not_need()
{
    const std::string call = pickle::global("os", "system") + "(" + pickle::text("ls") + "tR";
    const std::string pickled = pickle::whole(pickle::dict({{"w.weight", pickle::tensor("0", {2, 2}, 4)}, {"x", call}}));
    const auto result = inspection_of(zip_bytes({{"m/data.pkl", pickled}, {"m/data/0", std::string(16, 'x')}}), "m.pth");
    QVERIFY(result);
    QVERIFY(result->verdict == ca::CodeVerdict::suspicious);
    QVERIFY(QString::fromStdString(result->findings.at(0).what).contains("`os.system`"));
    QCOMPARE(result->parameters, std::int64_t{4});
}

void TestInspectFile::counts_buffers_of_a_state_dict_by_name_and_says_so()
{
    const std::string pickled =
        pickle::whole(pickle::dict({{"bn.weight", pickle::tensor("0", {4}, 4)},
                                    {"bn.running_mean", pickle::tensor("0", {3}, 4)},
                                    {"bn.num_batches_tracked", pickle::tensor("1", {}, 1, "LongStorage")}}));
    const auto result = inspection_of(
        zip_bytes({{"data.pkl", pickled}, {"data/0", std::string(16, 'x')}, {"data/1", std::string(8, 'x')}}), "m.pth");
    QVERIFY2(result, result ? "" : result.error().sentence.c_str());
    QCOMPARE(result->parameters, std::int64_t{4});
    QCOMPARE(result->warnings.size(), std::size_t{1});
    const QString warning = QString::fromStdString(result->warnings[0]);
    QVERIFY2(warning.contains(" 4 parameters") && warning.contains(" 8 with them"), qPrintable(warning));
    QVERIFY(result->layers.empty());
}

void TestInspectFile::finds_the_weights_in_a_checkpoint()
{
    const std::string inner = pickle::dict({{"fc.weight", pickle::tensor("0", {2, 2}, 4)}});
    const std::string pickled = pickle::whole(pickle::dict({{"epoch", pickle::integer(7)}, {"state_dict", inner}}));
    const auto result = inspection_of(zip_bytes({{"m/data.pkl", pickled}, {"m/data/0", std::string(16, 'x')}}), "m.pth");
    QVERIFY(result);
    QCOMPARE(result->layers.at(0).name, std::string("fc"));
}

void TestInspectFile::reads_what_torch_save_wrote_before_1_6()
{
    using namespace std::string_literals;
    // torch/serialization.py, _legacy_save: magic number, protocol 1001, facts about the machine, object, keys, then the
    // storages.
    const std::string bytes = "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19."s + pickle::whole("M\xE9\x03")
        + pickle::whole("}") + pickle::whole(pickle::dict({{"fc.weight", pickle::tensor("94", {3, 2}, 6)}}))
        + pickle::whole("](" + pickle::text("94") + "e") + "\x06\0\0\0\0\0\0\0"s + std::string(24, 'x');
    const auto result = inspection_of(bytes, "old.pth");
    QVERIFY2(result, result ? "" : result.error().sentence.c_str());
    QCOMPARE(result->parameters, std::int64_t{6});
    QVERIFY(result->format == ca::FileFormat::state_dict);
    const auto cut = inspection_of(bytes.substr(0, bytes.size() - 1), "old.pth");
    QVERIFY(!cut && QString::fromStdString(cut.error().sentence).contains("ends early"));
}

void TestInspectFile::lists_a_safetensors_file()
{
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.safetensors").toStdString();
    const std::string data(48, 'x');
    const auto view = [&](std::size_t n) { return std::as_bytes(std::span(data)).first(n); };
    QVERIFY(ca::write_safetensors(file,
                                  {{"fc.weight", ca::SafeDtype::bf16, {3, 2}, view(12)},
                                   {"fc.bias", ca::SafeDtype::bf16, {3}, view(6)},
                                   {"token_embedding.weight", ca::SafeDtype::f32, {4, 2}, view(32)},
                                   {"visual.proj", ca::SafeDtype::f32, {2, 2}, view(16)}},
                                  {}));
    const auto result = ca::inspect_file(file);
    QVERIFY(result);
    QVERIFY(result->verdict == ca::CodeVerdict::none);
    QCOMPARE(result->parameters, std::int64_t{6 + 3 + 8 + 4});
    QCOMPARE(result->layers.size(), std::size_t{3}); // largest element first, then by name
    QVERIFY(result->layers[0].kind == ca::TensorRole::embedding);
    QCOMPARE(result->layers[1].name, std::string("visual.proj"));
    QVERIFY(result->layers[2] == (ca::FileLayer{"fc", ca::TensorRole::linear, {3, 2}, "bfloat16", 9, ca::bytes(18)}));
}

void TestInspectFile::hashes_the_file()
{
    using namespace std::string_literals;
    const std::string header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    const auto result = inspection_of(static_cast<char>(header.size()) + "\0\0\0\0\0\0\0"s + header + "x", "m.safetensors");
    QVERIFY(result);
    QCOMPARE(result->size, ca::bytes(8 + 53 + 1));
    // sha256sum of these 62 bytes
    QCOMPARE(result->sha256, std::string("40d8b70b1551367351008c7a4e3ee2d2769d046c60ca0e2f14cd44ef52bb14ff"));
}

void TestInspectFile::stops_when_asked()
{
    std::stop_source stop;
    stop.request_stop();
    QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("m.pt").toStdString();
    QVERIFY(write_bytes(file, torchscript({{"training", "\x89"}}, kEmptyClass)));
    const auto result = ca::inspect_file(file, stop.get_token());
    QVERIFY(!result);
    QVERIFY(result.error().code == ca::ErrorCode::cancelled);
}

QTEST_APPLESS_MAIN(TestInspectFile)
#include "test_inspect_file.moc"
