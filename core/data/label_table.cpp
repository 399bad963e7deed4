// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/label_table.h"

#include "core/base/atomic_file.h"
#include "core/base/json.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kFileLimit = 256U << 20U; // two million lines of 128 bytes

using Fields = std::vector<std::string>;

struct Record {
    std::size_t line = 0; ///< where it begins, from 1
    Fields fields;
};

/// Splits CSV text into records. Source: RFC 4180.
class CsvReader {
public:
    explicit CsvReader(std::string_view text) : rest_(text)
    {
        if (rest_.starts_with("\xEF\xBB\xBF"))
            rest_.remove_prefix(3);
    }

    /// Empty lines are passed over; nothing at the end.
    std::optional<Record> next()
    {
        while (!rest_.empty()) {
            Record record{line_, {}};
            do
                record.fields.push_back(field());
            while (take(','));
            take('\r');
            take('\n');
            ++line_;
            if (record.fields != Fields{""})
                return record;
        }
        return std::nullopt;
    }

private:
    bool take(char wanted)
    {
        const bool found = !rest_.empty() && rest_.front() == wanted;
        rest_.remove_prefix(found ? 1 : 0);
        return found;
    }

    std::string field()
    {
        std::string value;
        if (take('"'))
            value = quoted();
        const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
        value += rest_.substr(0, end);
        rest_.remove_prefix(end);
        return value;
    }

    std::string quoted()
    {
        std::string value;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"' && !take('"'))
                break;
            line_ += c == '\n' ? 1 : 0;
            value += c;
        }
        return value;
    }

    std::string_view rest_;
    std::size_t line_ = 1;
};

std::string in_lower_case(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::optional<std::size_t> column(const Fields &names, std::initializer_list<std::string_view> wanted)
{
    for (const std::string_view name : wanted)
        for (std::size_t i = 0; i < names.size(); ++i)
            if (in_lower_case(names[i]) == name)
                return i;
    return std::nullopt;
}

struct Columns {
    std::size_t file = 0, label = 0, count = 0;
};

tl::unexpected<Error> bad(const fs::path &csv, const std::string &what)
{
    return fail(ErrorCode::bad_data, "The file of labels " + csv.string() + ' ' + what);
}

Result<Columns> columns_of(const fs::path &csv, const std::optional<Record> &first)
{
    if (!first)
        return bad(csv, "is empty. Write a first line \"file,label\" and one line for each image.");
    const auto file = column(first->fields, {"file", "filename", "image", "path"});
    const auto label = column(first->fields, {"label", "class"});
    if (file && label)
        return Columns{*file, *label, first->fields.size()};
    std::string names;
    for (const std::string &name : first->fields)
        names += (names.empty() ? "" : ", ") + name;
    return bad(csv,
               "has the columns \"" + clean_text(names).substr(0, 200)
                   + "\", none of them for the file or none for the label. Make its first line \"file,label\".");
}

/// The fields of one line, or why they cannot be used.
Result<LabelledFile> labelled_file(const fs::path &csv, const Columns &columns, const Record &record)
{
    const std::string place = "in line " + std::to_string(record.line) + ' ';
    if (record.fields.size() != columns.count)
        return bad(csv,
                   place + "has " + std::to_string(record.fields.size()) + " fields where its first line has "
                       + std::to_string(columns.count) + ". Put names that contain commas in quotation marks.");
    const fs::path file = fs::path(record.fields[columns.file]).lexically_normal();
    const std::string &label = record.fields[columns.label];
    if (label.empty() || file.empty())
        return bad(csv, place + "has no " + (label.empty() ? "label" : "file") + ". Complete the line, or remove it.");
    if (file.is_absolute() || *file.begin() == "..")
        return bad(csv, place + "names a file outside of its folder. Use paths from the folder of the file of labels.");
    return LabelledFile{file.generic_string(), label};
}

} // namespace

Result<std::vector<LabelledFile>> read_label_table(const fs::path &csv)
{
    std::error_code ignored; // `read_file` says what is wrong with it
    const auto text = read_file(csv, static_cast<std::size_t>(std::min(fs::file_size(csv, ignored), kFileLimit)));
    if (!text)
        return forward(text);
    CsvReader reader(*text);
    const auto columns = columns_of(csv, reader.next());
    if (!columns)
        return forward(columns);
    std::vector<LabelledFile> table;
    std::unordered_set<std::string> seen;
    while (const auto record = reader.next()) {
        auto line = labelled_file(csv, *columns, *record);
        if (!line)
            return forward(line);
        if (!seen.insert(line->file).second)
            return bad(csv,
                       "names " + clean_text(line->file) + " a second time in line " + std::to_string(record->line)
                           + ". Keep one label for each image.");
        table.push_back(std::move(*line));
    }
    if (table.empty())
        return bad(csv, "labels no image. Write one line for each image below the first.");
    return table;
}

} // namespace ca
