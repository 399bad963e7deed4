// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/units.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace ca {

/// How much the person lets the agent do without asking.
enum class ConsentMode {
    ask,           ///< each computation is asked for
    within_budget, ///< none is, while the budget lasts
    chat_only,     ///< it reads and talks, and computes nothing
};

/// What was approved. What is absent is not limited.
struct Budget {
    std::size_t trials = 24;
    double minutes = 30;
    std::optional<std::int64_t> tokens{};
    std::optional<double> money{}; ///< US dollars
};

/// What is asked of the person, composed by the program from checked values, never by a model.
struct ConsentRequest {
    enum class Kind { compute, constraint } kind = Kind::compute;
    std::string sentence; ///< "Run 3 trials: about 2 minutes, 310 MB of memory. 5 of 24 trials are left."
    std::size_t trials = 0;
    double minutes = 0; ///< predicted
    Bytes memory{};     ///< predicted, at most
};

struct Decision {
    bool granted = false;
    std::string reason{}; ///< the person's words, which go back to the model
};

/// Waits for the person. With nobody there: refuses, and says so.
using AskPerson = std::function<Decision(const ConsentRequest &, std::stop_token)>;

/// What of a budget is used. Tokens and money are counted by whoever talks to a provider.
class BudgetUse {
public:
    explicit BudgetUse(const Budget &budget) : budget_(budget) { }

    [[nodiscard]] const Budget &budget() const { return budget_; }
    [[nodiscard]] std::size_t trials_left() const { return budget_.trials - std::min(budget_.trials, trials_); }
    [[nodiscard]] double minutes_left() const { return std::max(0.0, budget_.minutes - minutes_); }
    [[nodiscard]] bool covers(std::size_t trials, double minutes) const
    {
        return trials <= trials_left() && minutes_left() > 0 && minutes <= minutes_left();
    }
    void use(std::size_t trials, double minutes)
    {
        trials_ += trials;
        minutes_ += minutes;
    }
    /// The person wants so much more done, whatever is left.
    void approve(std::size_t trials, double minutes)
    {
        budget_.trials = std::max(budget_.trials, trials_ + trials);
        budget_.minutes = std::max(budget_.minutes, minutes_ + minutes);
    }
    /// From now on; what was used counts.
    void set(const Budget &budget) { budget_ = budget; }
    /// So much is left from now on, whatever was before.
    void leave(std::size_t trials, double minutes)
    {
        budget_.trials = trials_ + trials;
        budget_.minutes = minutes_ + minutes;
    }

private:
    Budget budget_;
    std::size_t trials_ = 0;
    double minutes_ = 0;
};

/// To run `trials` trials that take so many minutes and bytes in all likelihood.
[[nodiscard]] ConsentRequest compute_request(std::size_t trials, double minutes, Bytes memory, const BudgetUse &use);

/// May it be computed? Within the budget where the mode is so, else the person is asked, and what is granted beyond the budget is
/// added to it, the minutes with half as many again. A refusal says why.
[[nodiscard]] Decision decide(const ConsentRequest &request, ConsentMode mode, BudgetUse &use, const AskPerson &ask,
                              std::stop_token stop);
/// The person's word. Of nobody, and after a stop: a refusal.
[[nodiscard]] Decision ask_person(const ConsentRequest &request, const AskPerson &ask, std::stop_token stop);

} // namespace ca
