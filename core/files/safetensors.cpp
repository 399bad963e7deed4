// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/safetensors.h"

#include "core/base/json.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace ca {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kHeaderLimit = 32 << 20; // 300,000 tensors; parsed, it takes about ten times as much memory
constexpr int kHeaderDepth = 3;                  // object, tensor, list of numbers
constexpr std::size_t kMostDimensions = 64;
constexpr std::size_t kLengthBytes = 8; // the header's length, little-endian, begins the file

struct DtypeRow {
    SafeDtype dtype;
    std::string_view text;
    std::size_t bytes;
};
constexpr std::array<DtypeRow, 13> kDtypes{{{SafeDtype::boolean, "BOOL", 1},
                                            {SafeDtype::u8, "U8", 1},
                                            {SafeDtype::i8, "I8", 1},
                                            {SafeDtype::i16, "I16", 2},
                                            {SafeDtype::u16, "U16", 2},
                                            {SafeDtype::f16, "F16", 2},
                                            {SafeDtype::bf16, "BF16", 2},
                                            {SafeDtype::i32, "I32", 4},
                                            {SafeDtype::u32, "U32", 4},
                                            {SafeDtype::f32, "F32", 4},
                                            {SafeDtype::i64, "I64", 8},
                                            {SafeDtype::u64, "U64", 8},
                                            {SafeDtype::f64, "F64", 8}}};

const DtypeRow &row_of(SafeDtype dtype)
{
    return *std::find_if(kDtypes.begin(), kDtypes.end(), [&](const DtypeRow &row) { return row.dtype == dtype; });
}

/// `a * b`; absent where 64 bits do not hold it.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b)
{
    if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b)
        return std::nullopt;
    return a * b;
}

std::optional<std::uint64_t> byte_count(SafeDtype dtype, const std::vector<std::int64_t> &shape)
{
    std::optional<std::uint64_t> bytes = bytes_of(dtype);
    for (const std::int64_t side : shape) {
        if (side == 0)
            return 0;
        bytes = product(*bytes, static_cast<std::uint64_t>(side));
        if (!bytes)
            return std::nullopt;
    }
    return bytes;
}

tl::unexpected<Error> bad(const fs::path &file, const std::string &what)
{
    return fail(ErrorCode::bad_format, "The file " + file.string() + " is not usable as safetensors: " + what);
}

tl::unexpected<Error> bad_tensor(const fs::path &file, const std::string &name, const std::string &what)
{
    return bad(file, "the tensor \"" + clean_text(name.substr(0, 200)) + "\" " + what + " Save or download the file again.");
}

/// Fills dtype, shape and offsets from `{"dtype","shape","data_offsets"}`; the reason where something is wrong.
std::string read_entry(const Json &entry, SafeTensor &tensor)
{
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
        return "lacks its type, shape or place.";
    const Json &dtype = entry["dtype"], &shape = entry["shape"], &place = entry["data_offsets"];
    const auto row = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const DtypeRow &r) { return dtype == Json(r.text); });
    if (row == kDtypes.end())
        return "has a type that this program does not read: " + clean_text(canonical(dtype).substr(0, 40)) + '.';
    tensor.dtype = row->dtype;
    if (!shape.is_array() || shape.size() > kMostDimensions)
        return "has a shape that is no short list of numbers.";
    for (const Json &side : shape) {
        if (!side.is_number_unsigned() || side.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
            return "has a shape with something else than whole numbers from 0.";
        tensor.shape.push_back(side.get<std::int64_t>());
    }
    if (!place.is_array() || place.size() != 2 || !place[0].is_number_unsigned() || !place[1].is_number_unsigned())
        return "has a place that is not two numbers.";
    tensor.begin = place[0].get<std::uint64_t>();
    tensor.end = place[1].get<std::uint64_t>();
    if (tensor.begin > tensor.end || byte_count(tensor.dtype, tensor.shape) != tensor.end - tensor.begin)
        return "has a shape that does not fit the bytes it is given.";
    return {};
}

/// The length that the file begins with, checked against the file's size.
Result<std::uint64_t> header_length(const fs::path &file, std::ifstream &stream, std::uint64_t file_size)
{
    if (file_size < kLengthBytes + 2)
        return bad(file, "it is too short to hold anything.");
    std::array<char, kLengthBytes> raw{};
    stream.read(raw.data(), raw.size());
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < raw.size(); ++i)
        length |= std::uint64_t{static_cast<std::uint8_t>(raw.at(i))} << (8 * i);
    if (!stream)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be read. Check its permissions.");
    const char first = static_cast<char>(stream.peek());
    if (first != '{')
        return bad(file, "it does not begin with a header. Choose a .safetensors file.");
    if (length > file_size - kLengthBytes)
        return bad(file, "the file ends early, within its header; it is probably an incomplete download. Download it again.");
    if (length > kHeaderLimit)
        return bad(file,
                   "its header claims " + to_text(bytes(static_cast<std::int64_t>(length))) + ", more than any model needs.");
    return length;
}

Status read_metadata(const fs::path &file, const Json &entry, SafeHeader &header)
{
    if (!entry.is_object())
        return bad(file, "its metadata are no list of texts.");
    for (const auto &[key, value] : entry.items()) {
        if (!value.is_string())
            return bad(file, "its metadata hold something else than texts.");
        header.metadata.emplace(key, value.get<std::string>());
    }
    return {};
}

/// Tensors follow each other from 0 to the end of the file.
Status check_places(const fs::path &file, const SafeHeader &header, std::uint64_t data_size)
{
    std::uint64_t end = 0;
    for (const SafeTensor &tensor : header.tensors) {
        if (tensor.end > data_size)
            return bad(file,
                       "the file ends early, before the tensor \"" + clean_text(tensor.name.substr(0, 200))
                           + "\" is complete; it is probably an incomplete download. Download it again.");
        if (tensor.begin != end)
            return bad_tensor(file, tensor.name, tensor.begin < end ? "overlaps another." : "leaves a hole before it.");
        end = tensor.end;
    }
    if (end != data_size)
        return bad(file, "it goes on after its last tensor. Save or download it again.");
    return {};
}

} // namespace

std::string to_text(SafeDtype dtype)
{
    return std::string(row_of(dtype).text);
}

std::size_t bytes_of(SafeDtype dtype)
{
    return row_of(dtype).bytes;
}

const SafeTensor *SafeHeader::find(const std::string &name) const
{
    const auto found =
        std::find_if(tensors.begin(), tensors.end(), [&](const SafeTensor &tensor) { return tensor.name == name; });
    return found == tensors.end() ? nullptr : &*found;
}

Result<SafeHeader> read_safetensors_header(const fs::path &file)
{
    std::error_code reason;
    if (!fs::exists(file, reason))
        return fail(ErrorCode::not_found, "There is no file " + file.string() + ". Check its name.");
    if (!fs::is_regular_file(file, reason))
        return fail(ErrorCode::unreadable, file.string() + " is not a file. Choose a .safetensors file.");
    const std::uint64_t file_size = fs::file_size(file, reason);
    std::ifstream stream(file, std::ios::binary);
    if (!stream || reason)
        return fail(ErrorCode::unreadable, "The file " + file.string() + " cannot be opened. Check its permissions.");
    const auto length = header_length(file, stream, file_size);
    if (!length)
        return forward(length);
    std::string text(*length, '\0');
    if (!stream.read(text.data(), static_cast<std::streamsize>(text.size())))
        return fail(ErrorCode::unreadable, "The file " + file.string() + " could not be read to the end of its header.");
    const auto json = parse_json(text, "The header of " + file.string(), kHeaderDepth);
    if (!json)
        return forward(json);

    SafeHeader header;
    header.data_begin = kLengthBytes + *length;
    for (const auto &[name, entry] : json->items()) {
        if (name == "__metadata__") {
            if (const auto read = read_metadata(file, entry, header); !read)
                return forward(read);
            continue;
        }
        SafeTensor tensor;
        tensor.name = name;
        if (const std::string problem = read_entry(entry, tensor); !problem.empty())
            return bad_tensor(file, name, problem);
        header.tensors.push_back(std::move(tensor));
    }
    std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const SafeTensor &a, const SafeTensor &b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    if (const auto checked = check_places(file, header, file_size - header.data_begin); !checked)
        return forward(checked);
    return header;
}

Result<std::vector<std::byte>> read_tensor(const fs::path &file, const SafeHeader &header, const SafeTensor &tensor)
{
    std::ifstream stream(file, std::ios::binary);
    std::vector<std::byte> content(tensor.end - tensor.begin);
    stream.seekg(static_cast<std::streamoff>(header.data_begin + tensor.begin));
    // The standard library reads characters; bytes may be seen as such.
    stream.read(reinterpret_cast<char *>(content.data()), static_cast<std::streamsize>(content.size()));
    if (!stream)
        return fail(ErrorCode::unreadable,
                    "The tensor \"" + clean_text(tensor.name) + "\" cannot be read from " + file.string()
                        + ". The file may have changed or moved meanwhile; open it again.");
    return content;
}

} // namespace ca
