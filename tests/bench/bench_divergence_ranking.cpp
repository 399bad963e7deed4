// SPDX-License-Identifier: GPL-3.0-or-later
// Does the scan's ranking of layers by divergence at int2, from calibration images, agree with what each layer costs on 5,000
// test images: the share of answers that are no longer the float model's? Spearman's correlation, ties averaged, at least 0.7 on
// ResNet-18 and ViT, else exit code 1.
#include "core/scan/scan.h"
#include "tests/support/bench.h"

namespace {

constexpr double kLeastCorrelation = 0.7;
constexpr std::size_t kImages = 5000, kPart = 500; // parts, for all images of a part are held at once

ca::ScanOptions options_for(const ca::Split &images, const ca::Preprocess &preprocess, std::size_t samples)
{
    ca::ScanOptions options;
    options.images = ca::ScanImages{"cifar10", images, preprocess};
    options.formats = {"int2"};
    options.samples = samples;
    return options;
}

/// Fraction of answers that change with each layer at int2.
std::vector<double> losses(const ca::Model &model, const ca::Split &images, const ca::Preprocess &preprocess)
{
    std::vector<double> changed(model.program.layers().size(), 0);
    for (std::size_t first = 0; first < images.size(); first += kPart) {
        ca::Split part = images;
        part.indices.assign(images.indices.begin() + static_cast<std::ptrdiff_t>(first),
                            images.indices.begin() + static_cast<std::ptrdiff_t>(std::min(images.size(), first + kPart)));
        const auto table = value_of(ca::scan(model, options_for(part, preprocess, part.size()), {}, {}, {}));
        for (std::size_t i = 0; i < changed.size(); ++i)
            changed[i] += table.layers[i].divergence.at("int2").changed * static_cast<double>(part.size());
    }
    for (double &share : changed)
        share /= static_cast<double>(images.size());
    return changed;
}

bool agrees(const char *name, const std::filesystem::path &file, const ca::DataSet &data)
{
    const auto model = value_of(ca::load_model(file, {}, {}, {}));
    const auto preprocess = value_of(ca::parse_preprocess("cifar10"));
    const auto table = value_of(ca::scan(model, options_for(data.calibration, preprocess, 0), {}, {}, {}));
    const auto measured = losses(model, data.all.first(kImages), preprocess);
    std::vector<double> divergence;
    for (std::size_t i = 0; i < table.layers.size(); ++i) {
        divergence.push_back(table.layers[i].divergence.at("int2").matched_kl);
        std::printf("%-40s %.6f %.4f\n", table.layers[i].layer.name.c_str(), divergence.back(), measured[i]);
    }
    const auto both = ca::rank_correlation(divergence, measured, 0);
    const bool is = both.rho >= kLeastCorrelation;
    std::printf("result: %s, int2: divergence on %zu calibration images against loss of agreement on %zu images, %zu layers: "
                "Spearman %.3f, 95 %% %.3f to %.3f (at least %.1f: %s)\n",
                name, table.images, kImages, both.pairs, both.rho, both.low, both.high, kLeastCorrelation, reached(is));
    return is;
}

} // namespace

int main()
{
    const CifarNets nets = shared_cifar_nets();
    const bool first = agrees("ResNet-18", nets.resnet18, nets.data), second = agrees("ViT", nets.vit, nets.data);
    return first && second ? 0 : 1;
}
