// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/scan/branches_torch.h"

#include "core/base/parallel.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace ca {
namespace {

constexpr const char *kDoing = "Measuring divergence";

/// `work(i)` for each i side by side; false from it means stopped.
Status side_by_side(std::size_t count, int threads, const std::stop_token &stop, const std::function<bool(std::size_t)> &work)
{
    return parallel_for(count, threads, stop, [&](std::size_t i) -> Status {
        bool finished = false;
        if (const auto done = guarded(kDoing, 1, [&] { finished = work(i); }); !done)
            return done;
        return finished ? Status() : Status(cancelled());
    });
}

class Branching {
public:
    Branching(const BranchRun &run, const std::vector<Branch> &branches, KnownFixedValues &known, const BranchSink &sink,
              const std::function<bool()> &enough, std::stop_token stop)
        : run_(run),
          program_(run.program),
          branches_(branches),
          known_(known),
          sink_(sink),
          enough_(enough),
          stop_(std::move(stop))
    {
        std::size_t first = 0;
        for (const at::Tensor &batch : run.batches) {
            firsts_.push_back(first);
            first += static_cast<std::size_t>(batch.size(0));
        }
        for (std::size_t i = 0; i < branches.size(); ++i)
            (is_fixed(i) ? fixed_ : changing_).push_back(i);
        const auto earlier = [&](std::size_t a, std::size_t b) { return branches[a].steps.front() < branches[b].steps.front(); };
        std::stable_sort(changing_.begin(), changing_.end(), earlier);
        std::stable_sort(fixed_.begin(), fixed_.end(), earlier);
    }

    Status run()
    {
        if (const auto held = hold(); !held)
            return held;
        for (const std::size_t branch : changing_) {
            if (enough_())
                return {};
            if (const auto done = branch_off(branch); !done)
                return done;
        }
        return fixed_.empty() ? Status() : run_fixed();
    }

private:
    using Variants = std::vector<std::optional<Variant>>;

    [[nodiscard]] bool is_fixed(std::size_t branch) const { return branches_[branch].steps.front() < program_.fixed_steps; }

    /// Starts a run of each batch, which keeps what the branches of fixed steps go on from.
    Status hold()
    {
        std::set<int> keep;
        for (const std::size_t branch : fixed_) {
            tails_.emplace(branch, Tail(program_, branches_[branch].steps));
            keep.insert(tails_.at(branch).needs().begin(), tails_.at(branch).needs().end());
        }
        return guarded(kDoing, run_.threads, [&] {
            for (const at::Tensor &batch : run_.batches)
                held_.emplace_back(program_, batch, std::vector<int>(keep.begin(), keep.end()));
        });
    }

    Result<Variants> make(std::size_t branch)
    {
        Variants variants(branches_[branch].variants);
        const auto made = side_by_side(variants.size(), run_.threads, stop_, [&](std::size_t i) {
            variants[i] = branches_[branch].make(i);
            return true;
        });
        if (!made)
            return forward(made);
        return variants;
    }

    Status advance(std::size_t step)
    {
        if (run_.from_start)
            return {};
        return side_by_side(held_.size(), run_.threads, stop_, [&](std::size_t i) { return held_[i].advance(step, stop_); });
    }

    /// Each variant on each batch by `finish`, summed for the sink.
    Status compare(std::size_t branch, const Variants &variants,
                   const std::function<at::Tensor(std::size_t variant, std::size_t batch)> &finish)
    {
        const std::size_t batches = run_.batches.size();
        std::vector<DivergenceSums> sums(variants.size() * batches);
        const auto done = side_by_side(sums.size(), run_.threads, stop_, [&](std::size_t i) {
            const std::size_t variant = i / batches, batch = i % batches;
            if (!variants[variant])
                return true;
            const at::Tensor output = finish(variant, batch);
            if (output.defined())
                sums[i] = run_.expected.compare(firsts_[batch], output);
            return output.defined();
        });
        if (!done)
            return done;
        for (std::size_t variant = 0; variant < variants.size(); ++variant)
            if (variants[variant]) { // batches in order: the same sum for any number of threads
                DivergenceSums all;
                for (std::size_t batch = 0; batch < batches; ++batch)
                    all.add(sums[variant * batches + batch]);
                sink_(branches_[branch].id, variant, all);
            }
        return {};
    }

    Status branch_off(std::size_t branch)
    {
        const auto variants = make(branch);
        if (!variants)
            return forward(variants);
        if (const auto ready = advance(branches_[branch].steps.front()); !ready)
            return ready;
        return compare(branch, *variants,
                       [&](std::size_t variant, std::size_t batch) { return held_[batch].finish(*(*variants)[variant], stop_); });
    }

    Status run_fixed()
    {
        if (const auto ended = side_by_side(held_.size(), run_.threads, stop_,
                                            [&](std::size_t i) { return held_[i].advance(program_.steps.size(), stop_); });
            !ended)
            return ended;
        HeldFixedRun held(program_);
        for (const std::size_t branch : fixed_) {
            if (enough_())
                return {};
            const auto variants = make(branch);
            if (!variants)
                return forward(variants);
            if (const auto known = learn(branch, *variants, held); !known)
                return known;
            const Tail &tail = tails_.at(branch);
            const auto done = compare(branch, *variants, [&](std::size_t variant, std::size_t batch) {
                return tail.run(*(*variants)[variant], known_.at({branches_[branch].id, variant}), held_[batch].kept(), stop_);
            });
            if (!done)
                return done;
        }
        return {};
    }

    /// What the fixed steps give with each variant, where it is not known yet.
    Status learn(std::size_t branch, const Variants &variants, HeldFixedRun &held)
    {
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < variants.size(); ++i)
            if (variants[i] && !known_.contains({branches_[branch].id, i}))
                missing.push_back(i);
        if (missing.empty())
            return {};
        bool advanced = false;
        const auto walked = guarded(kDoing, run_.threads,
                                    [&] { advanced = run_.from_start || held.advance(branches_[branch].steps.front(), stop_); });
        if (!walked || !advanced)
            return walked ? Status(cancelled()) : walked;
        std::vector<std::vector<std::pair<int, c10::IValue>>> values(missing.size());
        const auto done = side_by_side(missing.size(), run_.threads, stop_, [&](std::size_t i) {
            auto found = held.values(*variants[missing[i]], stop_);
            if (found)
                values[i] = std::move(*found);
            return found.has_value();
        });
        if (!done)
            return done;
        for (std::size_t i = 0; i < missing.size(); ++i)
            known_.emplace(std::pair(branches_[branch].id, missing[i]), std::move(values[i]));
        return {};
    }

    const BranchRun &run_;
    const Program::Data &program_;
    const std::vector<Branch> &branches_;
    KnownFixedValues &known_;
    const BranchSink &sink_;
    const std::function<bool()> &enough_;
    std::stop_token stop_;
    std::vector<std::size_t> firsts_; ///< image of each batch
    std::vector<std::size_t> changing_, fixed_;
    std::map<std::size_t, Tail> tails_; ///< of fixed branches
    std::vector<HeldRun> held_;         ///< one for each batch
};

} // namespace

Status run_branches(const BranchRun &run, const std::vector<Branch> &branches, KnownFixedValues &known, const BranchSink &sink,
                    const std::function<bool()> &enough, std::stop_token stop)
{
    return Branching(run, branches, known, sink, enough, std::move(stop)).run();
}

Result<at::Tensor> run_batches(const Program::Data &program, const std::vector<at::Tensor> &batches, int threads,
                               std::stop_token stop)
{
    std::vector<at::Tensor> outputs(batches.size());
    const auto done = side_by_side(batches.size(), threads, stop, [&](std::size_t i) {
        outputs[i] = execute(program, batches[i], stop);
        return outputs[i].defined();
    });
    if (!done)
        return forward(done);
    at::Tensor all;
    const auto joined = guarded(kDoing, 1, [&] { all = at::cat(outputs).to(at::kFloat).contiguous(); });
    if (!joined)
        return forward(joined);
    return all;
}

} // namespace ca
