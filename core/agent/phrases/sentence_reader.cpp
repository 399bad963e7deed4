// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agent/phrases/sentence_reader.h"

#include "core/agent/phrases/limit_words.h"
#include "core/base/units.h"

#include <optional>

namespace ca {
namespace {

using Kind = Wish::Kind;

constexpr double kMostPlaces = 9999; // of trials and layers

bool is_place(const PhraseWord &word)
{
    return word.number && !word.unit && *word.number >= 1 && *word.number <= kMostPlaces
        && *word.number == static_cast<double>(static_cast<int>(*word.number));
}

class SentenceReader {
public:
    SentenceReader(const std::vector<PhraseWord> &words, Understood &into) : words_(words), cursor_(words), into_(into) { }

    void read()
    {
        while (!cursor_.ended()) {
            if (cursor_.take(","))
                end_clause();
            else if (!read_wish())
                skip();
        }
        end_clause();
    }

private:
    void skip()
    {
        const std::string &word = cursor_.next().text;
        reversed_ = reversed_ || phrases::contains(phrases::reversing(), word);
        left_over_ = left_over_ || !phrases::contains(phrases::fillers(), word);
    }

    /// What was read of a clause holds where no word of it was against that.
    void end_clause()
    {
        std::string clause;
        for (std::size_t i = begin_; i < cursor_.at(); ++i)
            if (words_[i].text != ",")
                clause += (clause.empty() ? "" : " ") + words_[i].text;
        const bool alone = wishes_.size() < 2
            || std::none_of(wishes_.begin(), wishes_.end(), [](const Wish &read) { return read.kind == Kind::stop; });
        const bool holds = !reversed_ && !(left_over_ && is_command_) && alone;
        if (!clause.empty() && (!holds || left_over_ || wishes_.empty()))
            into_.not_understood.push_back(clause);
        if (holds)
            into_.wishes.insert(into_.wishes.end(), wishes_.begin(), wishes_.end());
        wishes_.clear();
        reversed_ = left_over_ = is_command_ = false;
        begin_ = cursor_.at();
    }

    bool wish(Wish wish)
    {
        wishes_.push_back(std::move(wish));
        return true;
    }

    bool read_wish()
    {
        return read_lift() || read_lossless() || read_kept() || read_formats() || read_amount() || read_trials()
            || read_layers_to_explain() || read_command();
    }

    bool read_lift()
    {
        return cursor_.after(phrases::lift(), [&] {
            cursor_.take("the");
            if (cursor_.take_any({"file size", "size", "bytes"}))
                return wish({Kind::lift_bytes});
            if (cursor_.take_any({"accuracy", "drop", "loss"}))
                return wish({Kind::lift_drop});
            return cursor_.take_any({"latency", "time", "speed"}) && wish({Kind::lift_latency});
        });
    }

    bool read_lossless() { return cursor_.take_any(phrases::lossless()) && wish({Kind::limit_drop, 0}); }

    bool read_formats()
    {
        return cursor_.after(phrases::without(), [&] { return read_formats_as(Kind::forbid); })
            || cursor_.after({"allow", "permit"}, [&] { return read_formats_as(Kind::allow); });
    }

    bool read_formats_as(Kind kind)
    {
        Wish read{kind};
        cursor_.take("any");
        const auto one = [&] {
            const auto format = take_format();
            if (format)
                read.formats.insert(*format);
            return format.has_value();
        };
        if (!one())
            return false;
        while (cursor_.take_between(one)) { }
        return wish(read);
    }

    /// "int4", "4-bit", "4 bits".
    std::optional<Format> take_format()
    {
        if (cursor_.here().format)
            return cursor_.next().format;
        const auto number = cursor_.here().number;
        const std::string &word = cursor_.here(1).text;
        if (!is_place(cursor_.here()) || *number < 2 || *number > 8 || (word != "bit" && word != "bits"))
            return std::nullopt;
        cursor_.go_to(cursor_.at() + 2);
        return int_format(bits(static_cast<int>(*number)));
    }

    bool read_kept()
    {
        const auto layers = [&] { return read_layers(Kind::keep); };
        return cursor_.after(phrases::untouched(), layers) || cursor_.after({"keep", "leave", "pin"}, layers);
    }

    bool read_layers_to_explain()
    {
        const bool named = !cursor_.here().layer.empty() || cursor_.here().text == "layer" || cursor_.here().text == "layers";
        const auto layers = [&] { return read_layers(Kind::explain_layer); };
        return cursor_.after(phrases::tell(), layers) || (named && layers());
    }

    /// "the first and the last layer", "L003 at int8", "layers 3 and 4".
    bool read_layers(Kind kind)
    {
        const std::size_t before = cursor_.at();
        Wish read{kind};
        bool counted = false;
        const auto one = [&] {
            cursor_.take("the");
            counted = cursor_.take_any({"layers", "layer"}) || counted;
            if (!cursor_.here().layer.empty())
                read.layers.push_back(cursor_.next().layer);
            else if (cursor_.here().text == "first" || cursor_.here().text == "last")
                read.layers.push_back(cursor_.next().text);
            else if (counted && is_place(cursor_.here()))
                read.layers.push_back(layer_index(static_cast<std::size_t>(*cursor_.next().number) - 1).id());
            else
                return false;
            cursor_.take_any({"layers", "layer"});
            return true;
        };
        if (!one()) {
            cursor_.go_to(before);
            return false;
        }
        while (cursor_.take_between(one)) { }
        if (kind == Kind::keep)
            read_kept_format(read);
        return wish(read);
    }

    void read_kept_format(Wish &read)
    {
        if (cursor_.take_any({"as it is", "as they are", "untouched", "alone", "in float", "as float", "at float", "float"}))
            return;
        cursor_.after({"at", "in", "as"}, [&] {
            const auto format = take_format();
            if (format)
                read.formats.insert(*format);
            return format.has_value();
        });
    }

    /// "at most half a point", "under 6 MB", "3 ms", "four times smaller".
    bool read_amount()
    {
        const std::size_t before = cursor_.at();
        const bool most = cursor_.take_any(phrases::at_most()), least = !most && cursor_.take_any(phrases::at_least());
        const auto limit = take_limit(cursor_, speaks_of_loss());
        if (!limit) {
            cursor_.go_to(before);
            return false;
        }
        reversed_ = reversed_ || least;
        return wish(*limit);
    }

    [[nodiscard]] bool speaks_of_loss() const
    {
        static const phrases::List words{"lose", "losing", "loses", "loss", "drop", "drops"};
        return std::any_of(words_.begin() + static_cast<std::ptrdiff_t>(begin_),
                           words_.begin() + static_cast<std::ptrdiff_t>(cursor_.at()),
                           [&](const PhraseWord &word) { return phrases::contains(words, word.text); });
    }

    /// "why T7", "compare T3 and T5", "T3 against T5".
    bool read_trials()
    {
        const std::size_t before = cursor_.at();
        Wish read{Kind::explain_trial};
        const auto one = [&] {
            cursor_.take("the");
            const bool counted = cursor_.take_any({"trials", "trial"});
            if (!cursor_.here().trial.empty())
                read.trials.push_back(cursor_.next().trial);
            else if ((counted || !read.trials.empty()) && is_place(cursor_.here()))
                read.trials.push_back("T" + std::to_string(static_cast<int>(*cursor_.next().number)));
            else
                return false;
            return true;
        };
        const auto all = [&] {
            if (!one())
                return false;
            while (cursor_.take_between(one)) { }
            return true;
        };
        const auto several = [&] { return all() && read.trials.size() > 1; };
        if (!cursor_.after({"compare", "difference between", "differences between"}, several)) {
            read.trials.clear();
            if (!cursor_.after(phrases::tell(), all) && (cursor_.here().text == "the" || !all())) {
                cursor_.go_to(before); // "trials" alone names none
                return false;
            }
        }
        if (read.trials.size() > 1)
            read.kind = Kind::compare;
        return wish(read);
    }

    /// These stand for themselves: with other words in the clause they may mean anything.
    bool read_command()
    {
        if (cursor_.take_any(phrases::go_on()))
            read_go_on();
        else if (cursor_.take_any(phrases::stop()))
            wish({Kind::stop});
        else if (cursor_.take_any(phrases::overview()))
            wish({Kind::overview});
        else if (cursor_.take_any(phrases::help()))
            wish({Kind::help});
        else
            return false;
        return is_command_ = true;
    }

    /// "run 8 more trials".
    void read_go_on()
    {
        Wish read{Kind::go_on};
        const std::size_t before = cursor_.at();
        if (is_place(cursor_.here()))
            read.number = *cursor_.next().number;
        cursor_.take("more");
        if (!cursor_.take_any({"trials", "trial"})) {
            cursor_.go_to(before);
            read.number = 0;
        }
        wish(read);
    }

    const std::vector<PhraseWord> &words_;
    WordCursor cursor_;
    Understood &into_;
    std::size_t begin_ = 0;    ///< of the clause
    std::vector<Wish> wishes_; ///< of the clause
    bool reversed_ = false, left_over_ = false, is_command_ = false;
};

} // namespace

void read_sentence(const std::vector<PhraseWord> &words, Understood &into)
{
    SentenceReader(words, into).read();
}

} // namespace ca
