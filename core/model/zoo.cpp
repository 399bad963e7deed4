// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/zoo.h"

#include <algorithm>
#include <numeric>

namespace ca {
namespace {

// Checksums are those of the published files; torchvision's file names hold their first eight digits.
constexpr const char *kTorchvision = "https://download.pytorch.org/models/";
constexpr const char *kClipLarge =
    "https://huggingface.co/openai/clip-vit-large-patch14/resolve/32bd64288804d66eefd0ccbe215aa642df71cc41/";
constexpr const char *kClipBase =
    "https://huggingface.co/openai/clip-vit-base-patch16/resolve/57c216476eefef5ab752ec549e440a49ae4ae5f3/";

PublishedFile at(const std::string &place, const std::string &name, std::int64_t bytes, const std::string &sha256)
{
    return {name, place + name, bytes, sha256};
}

/// An estimate: what the process takes with LibTorch loaded, the float weights twice (as read, and packed for the kernels), and a
/// batch of 8 times the largest values that live at once for one image, in float.
std::int64_t memory(std::int64_t parameters, std::int64_t live_values)
{
    constexpr std::int64_t kProcess = 150'000'000;
    constexpr std::int64_t kFloat = 4;
    constexpr std::int64_t kBatch = 8;
    return kProcess + 2 * kFloat * parameters + kBatch * kFloat * live_values;
}

/// Values of a transformer's MLP at its widest: tokens of the residual stream, of its norm, and of the hidden layer before and
/// after the activation.
constexpr std::int64_t transformer_values(std::int64_t tokens, std::int64_t width)
{
    return tokens * width * (1 + 1 + 4 + 4);
}

/// The files that a CLIP folder needs beside its weights; both models share their vocabulary.
std::vector<PublishedFile> clip_files(const std::string &place, PublishedFile weights, PublishedFile config)
{
    return {std::move(weights), std::move(config),
            at(place, "preprocessor_config.json", 316, "910e70b3956ac9879ebc90b22fb3bc8a75b6a0677814500101a4c072bd7857bd"),
            at(place, "vocab.json", 961'143, "3f0c4f7d2086b61b38487075278ea9ed04edb53a03cbb045b86c27190fa8fb69"),
            at(place, "merges.txt", 524'619, "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a")};
}

ZooEntry clip_vit_l()
{
    constexpr std::int64_t kParameters = 427'616'513;
    return {"clip-vit-l",
            "CLIP ViT-L/14",
            kParameters,
            clip_files(kClipLarge,
                       at(kClipLarge, "model.safetensors", 1'710'540'580,
                          "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb"),
                       at(kClipLarge, "config.json", 4519, "8a09b467700c58138c29d53c605b34ebc69beaadd13274a8a2af8ad2c2f4032a")),
            "clip",
            memory(kParameters, transformer_values(257, 1024))};
}

ZooEntry clip_vit_b()
{
    constexpr std::int64_t kParameters = 149'620'737;
    return {"clip-vit-b",
            "CLIP ViT-B/16",
            kParameters,
            clip_files(kClipBase,
                       at(kClipBase, "pytorch_model.bin", 598'641'023,
                          "ec89c7b09c749a60aae3c9cd910516f24b58214a7df060b48962d14c469cfbf0"),
                       at(kClipBase, "config.json", 0, "eaf1c9089a8553c913d27ea66407f8bfc2be9989c80c9f331ddb3d63d4c5e8ad")),
            "clip",
            memory(kParameters, transformer_values(197, 768))};
}

ZooEntry vit_b_16()
{
    constexpr std::int64_t kParameters = 86'567'656;
    return {"vit_b_16",
            "ViT-B/16",
            kParameters,
            {at(kTorchvision, "vit_b_16-c867db91.pth", 346'328'529,
                "c867db91d3e12c6cbadabb610d73c24a546bf82d8c03a9fea34f43a712ddb0e9")},
            "imagenet",
            memory(kParameters, transformer_values(197, 768))};
}

ZooEntry resnet18()
{
    constexpr std::int64_t kParameters = 11'689'512;
    constexpr std::int64_t kLive = 2 * 64 * 112 * 112; // the stem's output before and after its activation
    return {"resnet18",
            "ResNet-18",
            kParameters,
            {at(kTorchvision, "resnet18-f37072fd.pth", 46'830'571,
                "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec")},
            "imagenet",
            memory(kParameters, kLive)};
}

/// The weights called IMAGENET1K_V2, torchvision's default, which want images of 232 pixels before the crop.
ZooEntry mobilenet_v2()
{
    constexpr std::int64_t kParameters = 3'504'872;
    constexpr std::int64_t kLive = 2 * 96 * 112 * 112; // the first expansion before and after its activation
    return {"mobilenet_v2",
            "MobileNetV2",
            kParameters,
            {at(kTorchvision, "mobilenet_v2-7ebf99e0.pth", 14'258'573,
                "7ebf99e03e254b273379b23edca7ec0da9f48273b23a332b93c1c99d49e86e8f")},
            "imagenet,size=232",
            memory(kParameters, kLive)};
}

} // namespace

std::int64_t ZooEntry::bytes() const
{
    return std::accumulate(files.begin(), files.end(), std::int64_t{0},
                           [](std::int64_t sum, const PublishedFile &file) { return sum + file.bytes; });
}

const std::vector<ZooEntry> &zoo()
{
    static const std::vector<ZooEntry> entries{clip_vit_l(), clip_vit_b(), vit_b_16(), resnet18(), mobilenet_v2()};
    return entries;
}

const ZooEntry *find_in_zoo(std::string_view key)
{
    const auto &entries = zoo();
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const ZooEntry &entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

const PublishedFile &cifar10_archive()
{
    static const PublishedFile archive = at("https://www.cs.toronto.edu/~kriz/", "cifar-10-binary.tar.gz", 170'052'171,
                                            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd");
    return archive;
}

const std::vector<TarMember> &cifar10_members()
{
    constexpr std::int64_t kBatch = 10'000 * 3073; // images of one label byte and 3 x 32 x 32
    static const std::vector<TarMember> members{
        {"cifar-10-batches-bin/batches.meta.txt", 61},     {"cifar-10-batches-bin/data_batch_1.bin", kBatch},
        {"cifar-10-batches-bin/data_batch_2.bin", kBatch}, {"cifar-10-batches-bin/data_batch_3.bin", kBatch},
        {"cifar-10-batches-bin/data_batch_4.bin", kBatch}, {"cifar-10-batches-bin/data_batch_5.bin", kBatch},
        {"cifar-10-batches-bin/test_batch.bin", kBatch},   {"cifar-10-batches-bin/readme.html", 88, false}};
    return members;
}

} // namespace ca
