// SPDX-License-Identifier: GPL-3.0-or-later
// Statistics, Beta fits and noise of random weights in the shapes of CLIP ViT-L/14, 428 million, on two cores: at most 15 s, else
// exit code 1.
#include "core/base/parallel.h"
#include "core/scan/weight_scan.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <vector>

namespace {

constexpr double kMostSeconds = 15;
constexpr int kThreads = 2;

struct Shape {
    std::size_t rows = 0, columns = 0;
    std::size_t size() const { return rows * columns; }
};

/// Four projections of attention and two of the perceptron.
void add_tower(std::vector<Shape> &shapes, int blocks, std::size_t width)
{
    for (int block = 0; block < blocks; ++block) {
        shapes.insert(shapes.end(), 4, {width, width});
        shapes.insert(shapes.end(), {{4 * width, width}, {width, 4 * width}});
    }
}

std::vector<float> random_weights(std::size_t count)
{
    std::mt19937 random(1);
    std::normal_distribution<float> density(0, 0.02F);
    std::vector<float> weights(count);
    for (float &w : weights)
        w = density(random);
    return weights;
}

} // namespace

int main()
{
    std::vector<Shape> shapes{{49408, 768}, {1024, 588}, {768, 1024}, {768, 768}, {257, 1024}, {77, 768}};
    add_tower(shapes, 24, 1024);
    add_tower(shapes, 12, 768);
    std::size_t count = 0;
    for (const Shape &shape : shapes)
        count += shape.size();
    const auto weights = random_weights(shapes[0].size()); // layers are starts of it

    const auto start = std::chrono::steady_clock::now();
    const std::clock_t started = std::clock();
    const auto scanned = ca::parallel_for(shapes.size(), kThreads, {}, [&](std::size_t i) -> ca::Status {
        const auto scan = ca::scan_weight({std::span(weights).first(shapes[i].size()), shapes[i].rows}, {}, {});
        return scan ? ca::Status() : ca::forward(scan);
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double of_cores = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
    if (!scanned) {
        std::printf("%s\n", scanned.error().text().c_str());
        return 1;
    }
    const bool reached = seconds <= kMostSeconds;
    std::printf(
        "result: %zu layers, %.0f million weights, %d threads: %.1f s (at most %.0f: %s), %.1f ns of a core for a weight\n",
        shapes.size(), static_cast<double>(count) / 1e6, kThreads, seconds, kMostSeconds, reached ? "reached" : "not reached",
        1e9 * of_cores / static_cast<double>(count));
    return reached ? 0 : 1;
}
