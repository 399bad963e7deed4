// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/house/rules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>

namespace fs = std::filesystem;

namespace {

/// The stack of core, top first: a folder includes only itself and those before it.
constexpr std::array<std::string_view, 12> kStack{"base",     "files", "program", "model", "data",  "quantize",
                                                  "evaluate", "scan",  "search",  "study", "agent", "report"};

std::optional<std::size_t> place_in_stack(std::string_view folder)
{
    const auto *const found = std::find(kStack.begin(), kStack.end(), folder);
    return found == kStack.end() ? std::nullopt : std::optional<std::size_t>(static_cast<std::size_t>(found - kStack.begin()));
}

bool starts_with_one_of(std::string_view text, std::initializer_list<std::string_view> starts)
{
    return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return text.starts_with(start); });
}

bool is_torch(std::string_view header)
{
    return starts_with_one_of(header, {"torch/", "ATen/", "c10/", "caffe2/", "torch.h"}) || header.ends_with("_torch.h");
}

/// Qt's own headers have no suffix and a capital after the Q (QString, QtWidgets/QLabel).
bool is_qt(std::string_view header)
{
    return std::regex_match(header.begin(), header.end(), std::regex("(Qt[A-Z]\\w*/)?(Q[A-Z]\\w*|Qt\\w*|q[a-z]+\\.h)"));
}

bool is_network_or_file_io(std::string_view header)
{
    if (const auto slash = header.rfind('/'); slash != std::string_view::npos && header.starts_with("Qt"))
        return header.starts_with("QtNetwork") || is_network_or_file_io(header.substr(slash + 1));
    return starts_with_one_of(header,
                              {"QNetwork", "QTcp", "QUdp", "QSsl", "QLocalS", "QHttp", "QProcess", "QSaveFile", "QTemporary"})
        || header == "QFile" || header == "QFileDevice" || header == "QtNetwork" || header == "QSettings" || header == "fstream"
        || header == "cstdio" || header == "stdio.h" || header == "fcntl.h" || header == "sys/socket.h";
}

struct Include {
    std::size_t line;
    std::string header;
};

std::vector<Include> includes_of(const fs::path &file)
{
    static const std::regex kInclude("\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"].*");
    std::ifstream stream(file);
    std::vector<Include> found;
    std::string line;
    std::smatch match;
    for (std::size_t number = 1; std::getline(stream, line); ++number)
        if (std::regex_match(line, match, kInclude))
            found.push_back({number, match[1]});
    return found;
}

/// Why a file of core may not include `header`; empty where it may.
std::string objection_in_core(const fs::path &file, std::string_view header)
{
    if (is_qt(header))
        return "core knows no Qt";
    if (header.starts_with("ui/") || header.starts_with("app/") || header.starts_with("tests/"))
        return "core lies beneath";
    const bool may_see_torch = file.extension() == ".cpp" || file.filename().string().ends_with("_torch.h");
    if (is_torch(header) && !may_see_torch)
        return "torch stays in .cpp and *_torch.h files";
    if (!header.starts_with("core/"))
        return {};
    const std::string own = std::next(file.begin())->string();
    const std::string other = std::next(fs::path(header).begin())->string();
    const auto own_place = place_in_stack(own);
    const auto other_place = place_in_stack(other);
    if (!own_place || !other_place)
        return "the stack of core has no folder " + (own_place ? other : own);
    return *other_place > *own_place ? other + " comes after " + own : std::string();
}

std::string objection(const fs::path &file, std::string_view header)
{
    const std::string ring = file.begin()->string();
    if (ring == "core")
        return objection_in_core(file, header);
    if (ring != "ui" && ring != "app")
        return {};
    if (is_torch(header))
        return "torch stays inside core";
    if (header.starts_with("tests/"))
        return "the program does not use its tests";
    if (ring == "app") // its command line is kept off Qt by the build without it
        return {};
    if (header.starts_with("app/"))
        return "ui lies beneath app";
    return is_network_or_file_io(header) ? "ui has no network and no file access of its own" : std::string();
}

bool is_code(const fs::path &file)
{
    const auto extension = file.extension();
    return extension == ".cpp" || extension == ".h";
}

/// Sources, build files and scripts: what carries the licence and is read by people.
bool is_written_by_hand(const fs::path &file)
{
    static const std::set<fs::path> kExtensions{".cpp", ".h", ".cmake", ".py", ".sh", ".qss", ".qrc"};
    static const std::set<fs::path> kNames{"CMakeLists.txt", ".clang-format", ".clang-tidy"};
    if (kExtensions.contains(file.extension()) || kNames.contains(file.filename()))
        return true;
    const fs::path top = *file.begin();
    const bool has_scripts = top == "packaging" || top == ".ci" || file.generic_string().starts_with("tests/long/");
    return has_scripts && file.extension().empty();
}

std::string first_lines(const fs::path &file, int count)
{
    std::ifstream stream(file);
    std::string lines;
    std::string line;
    for (int i = 0; i < count && std::getline(stream, line); ++i)
        lines += line + '\n';
    return lines;
}

template <typename Use>
void for_each_line(std::string_view text, const Use &use)
{
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        use(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

} // namespace

std::vector<fs::path> files_of_ours(const fs::path &root)
{
    std::vector<fs::path> files;
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string name = entry->path().filename().string();
        const bool at_top = entry.depth() == 0;
        const bool is_product = at_top && (name == ".git" || name == "build" || name.starts_with("build-") || name == "results");
        if (entry->is_directory() && (is_product || name == "__pycache__" || (at_top && name == "resources")))
            entry.disable_recursion_pending();
        else if (entry->is_regular_file())
            files.push_back(fs::relative(entry->path(), root));
    }
    std::sort(files.begin(), files.end());
    return files;
}

Breaches breaches_of_includes(const fs::path &root)
{
    Breaches breaches;
    for (const auto &file : files_of_ours(root)) {
        if (!is_code(file))
            continue;
        for (const auto &[line, header] : includes_of(root / file))
            if (const std::string why = objection(file, header); !why.empty())
                breaches.push_back(file.generic_string() + ":" + std::to_string(line) + " includes " + header + ": " + why);
    }
    return breaches;
}

Breaches breaches_of_licence(const fs::path &root)
{
    Breaches breaches;
    for (const auto &file : files_of_ours(root))
        if (is_written_by_hand(file)
            && first_lines(root / file, 3).find("SPDX-License-Identifier: GPL-3.0-or-later") == std::string::npos)
            breaches.push_back(file.generic_string() + " does not name its licence");
    return breaches;
}

Breaches breaches_of_length(const fs::path &root)
{
    constexpr std::ptrdiff_t kMost = 500;
    Breaches breaches;
    for (const auto &file : files_of_ours(root)) {
        if (!is_written_by_hand(file))
            continue;
        std::ifstream stream(root / file);
        const auto lines = std::count(std::istreambuf_iterator<char>(stream), {}, '\n');
        if (lines > kMost)
            breaches.push_back(file.generic_string() + " has " + std::to_string(lines) + " lines, more than 500");
    }
    return breaches;
}

Breaches breaches_of_top_level(const fs::path &root)
{
    static const std::set<std::string> kAllowed{"CMakeLists.txt",
                                                "CMakePresets.json",
                                                "LICENSE",
                                                "README.md",
                                                "HACKING.md",
                                                "CHANGELOG.md",
                                                "app",
                                                "core",
                                                "ui",
                                                "resources",
                                                "tests",
                                                "translations",
                                                "packaging",
                                                "build",
                                                "results"};
    Breaches breaches;
    for (const auto &entry : fs::directory_iterator(root)) {
        const std::string name = entry.path().filename().string();
        if (!kAllowed.contains(name) && !name.starts_with(".") && !name.starts_with("build-"))
            breaches.push_back(name + " has no place at the top");
    }
    std::sort(breaches.begin(), breaches.end());
    return breaches;
}

Breaches breaches_of_compile_lines(std::string_view build_ninja)
{
    // A statement: `build core/CMakeFiles/core_base.dir/base/units.cpp.o: CXX_COMPILER__core_base...`, then its indented
    // variables.
    static const std::regex kObject("^build (core|ui)/CMakeFiles/(\\S+)\\.o: CXX_COMPILER.*");
    static const std::regex kQt("/qt6(/|\\s|$)|/Qt[A-Z]|QT_CORE_LIB");
    static const std::regex kTorch("/torch/|QtNetwork|QT_NETWORK_LIB");
    std::string ring;
    std::string object;
    Breaches breaches;
    for_each_line(build_ninja, [&](std::string_view view) {
        const std::string line(view);
        std::smatch match;
        if (!line.starts_with(" ")) {
            const bool is_object = std::regex_match(line, match, kObject);
            ring = is_object ? match[1].str() : std::string();
            object = is_object ? match[2].str() : std::string();
        } else if (line.starts_with("  DEFINES =") || line.starts_with("  INCLUDES =")) {
            if (ring == "core" && std::regex_search(line, kQt))
                breaches.push_back("core: " + object + " is compiled with Qt in sight");
            if (ring == "ui" && std::regex_search(line, kTorch))
                breaches.push_back("ui: " + object + " is compiled with torch or Qt's network module in sight");
        }
    });
    breaches.erase(std::unique(breaches.begin(), breaches.end()), breaches.end());
    return breaches;
}

Breaches breaches_of_symbols(std::string_view ring, std::string_view symbols)
{
    // Not preceded by a scope: at::QEngine is none of Qt's.
    static const std::regex kQt("(^|[^\\w:])(Q[A-Z][a-z]\\w*\\b|q[A-Z]\\w*\\(|qt_\\w+|qBadAlloc)");
    static const std::regex kForeign(
        "(^|[^\\w:])(torch|c10|at)::|(^|[^\\w:])(QFile|QSaveFile|QTemporaryFile|QNetwork\\w*|QTcp\\w*|"
        "QSsl\\w*|QProcess|QSettings)::|std::basic_(i|o)?f(stream|ilebuf)<");
    const std::regex &forbidden = ring == "core" ? kQt : kForeign;
    Breaches breaches;
    std::string member;
    for_each_line(symbols, [&](std::string_view view) {
        const std::string line(view);
        if (line.ends_with(":"))
            member = line.substr(0, line.size() - 1);
        else if (std::regex_search(line, forbidden))
            breaches.push_back(std::string(ring) + ": " + member + " needs"
                               + line.substr(std::min(line.find(" U "), line.size() - 2) + 2));
    });
    return breaches;
}

std::uintmax_t bytes_below(const fs::path &folder)
{
    std::uintmax_t sum = 0;
    for (const auto &entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            sum += entry.file_size();
    return sum;
}
