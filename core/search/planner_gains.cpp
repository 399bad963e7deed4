// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/search/planner_gains.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ca {
namespace {

constexpr std::size_t kFewest = 8;   // trials that gains are read off
constexpr double kSpread = 0.5;      // standard deviation of the logarithm of a gain
constexpr double kGreatest = 4;      // gain
constexpr double kWorst = 30;        // points: beyond it drops saturate and follow no power
constexpr double kScatter = 0.1;     // of a drop that the power law leaves unexplained
constexpr double kLeastError = 0.05; // points
constexpr double kLeastPower = 0.5, kMostPower = 1.5, kPowerStep = 0.05;
constexpr int kRounds = 4;

struct Outcome {
    std::vector<double> damages; ///< by layer, as the scan saw them
    double drop = 0, error = 0;
};

/// drop = scale * damage ^ power
struct PowerLaw {
    double scale = 0, power = 1;
    [[nodiscard]] double operator()(double damage) const { return scale * std::pow(damage, power); }
};

std::vector<Outcome> outcomes(const PlannerTable &table, std::span<const TrialResult> finished)
{
    std::vector<Outcome> result;
    for (const TrialResult &trial : finished) {
        if (!(trial.drop <= kWorst) || !std::isfinite(trial.drop) || !std::isfinite(trial.standard_error))
            continue;
        Outcome outcome{{}, trial.drop, std::max(trial.standard_error, kLeastError)};
        for (const PlannedLayer &layer : table.layers) {
            const auto found = trial.recipe.layers.find(layer.name);
            outcome.damages.push_back(found == trial.recipe.layers.end() ? 0 : layer.damage(found->second, 1));
        }
        if (std::accumulate(outcome.damages.begin(), outcome.damages.end(), 0.0) > 0)
            result.push_back(std::move(outcome));
    }
    return result;
}

/// Each layer's part of a trial's damage, and the sum.
std::vector<double> shares(const Outcome &outcome, const std::vector<double> &logarithms, double &total)
{
    std::vector<double> result;
    for (std::size_t l = 0; l < logarithms.size(); ++l)
        result.push_back(outcome.damages[l] * std::exp(logarithms[l]));
    total = std::accumulate(result.begin(), result.end(), 0.0);
    for (double &part : result)
        part /= total;
    return result;
}

double variance(const Outcome &outcome)
{
    const double scatter = kScatter * std::max(0.0, outcome.drop);
    return outcome.error * outcome.error + scatter * scatter;
}

PowerLaw fitted(const std::vector<Outcome> &outcomes, const std::vector<double> &totals)
{
    PowerLaw best;
    double least = std::numeric_limits<double>::infinity();
    for (double power = kLeastPower; power <= kMostPower; power += kPowerStep) {
        double product = 0, square = 0, misfit = 0;
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            const double x = std::pow(totals[i], power), weight = 1 / variance(outcomes[i]);
            product += weight * x * outcomes[i].drop;
            square += weight * x * x;
        }
        const PowerLaw law{product / square, power};
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            const double rest = outcomes[i].drop - law(totals[i]);
            misfit += rest * rest / variance(outcomes[i]);
        }
        if (misfit < least) {
            least = misfit;
            best = law;
        }
    }
    return best;
}

using Square = std::vector<std::vector<double>>;

/// x of A x = b, A symmetric and positive definite, by Cholesky's factors.
std::vector<double> solved(Square a, std::vector<double> b)
{
    const std::size_t n = b.size();
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double rest = a[i][j];
            for (std::size_t k = 0; k < j; ++k)
                rest -= a[i][k] * a[j][k];
            a[i][j] = i == j ? std::sqrt(rest) : rest / a[j][j];
        }
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    return b;
}

/// One step of Gauss and Newton, in the space of the trials, of which there are fewer than layers.
std::vector<double> improved(const std::vector<Outcome> &outcomes, const std::vector<double> &logarithms)
{
    const std::size_t trials = outcomes.size(), layers = logarithms.size();
    std::vector<double> totals(trials);
    Square slopes;
    for (std::size_t i = 0; i < trials; ++i)
        slopes.push_back(shares(outcomes[i], logarithms, totals[i]));
    const PowerLaw law = fitted(outcomes, totals);
    std::vector<double> rest(trials);
    for (std::size_t i = 0; i < trials; ++i) {
        for (double &slope : slopes[i])
            slope *= law.power * law(totals[i]);
        rest[i] =
            outcomes[i].drop - law(totals[i]) + std::inner_product(slopes[i].begin(), slopes[i].end(), logarithms.begin(), 0.0);
    }
    Square covariance(trials, std::vector<double>(trials));
    for (std::size_t i = 0; i < trials; ++i)
        for (std::size_t j = 0; j < trials; ++j)
            covariance[i][j] = kSpread * kSpread * std::inner_product(slopes[i].begin(), slopes[i].end(), slopes[j].begin(), 0.0)
                + (i == j ? variance(outcomes[i]) : 0);
    const std::vector<double> pulls = solved(std::move(covariance), std::move(rest));
    std::vector<double> result(layers, 0);
    for (std::size_t l = 0; l < layers; ++l) {
        for (std::size_t i = 0; i < trials; ++i)
            result[l] += kSpread * kSpread * slopes[i][l] * pulls[i];
        result[l] = std::clamp(result[l], -std::log(kGreatest), std::log(kGreatest));
    }
    return result;
}

} // namespace

std::vector<double> layer_gains(const PlannerTable &table, std::span<const TrialResult> finished)
{
    std::vector<double> logarithms(table.layers.size(), 0);
    const std::vector<Outcome> seen = outcomes(table, finished);
    for (int round = 0; round < kRounds && seen.size() >= kFewest; ++round)
        logarithms = improved(seen, logarithms);
    for (double &logarithm : logarithms)
        logarithm = std::exp(logarithm);
    return logarithms;
}

} // namespace ca
