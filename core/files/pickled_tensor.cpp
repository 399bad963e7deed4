// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/files/pickled_tensor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace ca {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 40; // a million tensors of this size still add up in 64 bits
constexpr std::size_t kMostDimensions = 64;
constexpr std::int64_t kLargestRepeated = 64 << 20; // bytes; `expand` makes a view with more elements than are stored

constexpr std::array<std::pair<std::string_view, std::size_t>, 20> kBytes{
    {{"float32", 4}, {"float64", 8}, {"float16", 2}, {"bfloat16", 2}, {"complex64", 8},     {"complex128", 16}, {"int8", 1},
     {"int16", 2},   {"int32", 4},   {"int64", 8},   {"uint8", 1},    {"uint16", 2},        {"uint32", 4},      {"uint64", 8},
     {"bool", 1},    {"qint8", 1},   {"quint8", 1},  {"qint32", 4},   {"float8_e4m3fn", 1}, {"float8_e5m2", 1}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kStorages{{{"FloatStorage", "float32"},
                                                                                   {"DoubleStorage", "float64"},
                                                                                   {"HalfStorage", "float16"},
                                                                                   {"BFloat16Storage", "bfloat16"},
                                                                                   {"ComplexFloatStorage", "complex64"},
                                                                                   {"ComplexDoubleStorage", "complex128"},
                                                                                   {"CharStorage", "int8"},
                                                                                   {"ShortStorage", "int16"},
                                                                                   {"IntStorage", "int32"},
                                                                                   {"LongStorage", "int64"},
                                                                                   {"ByteStorage", "uint8"},
                                                                                   {"BoolStorage", "bool"},
                                                                                   {"QInt8Storage", "qint8"},
                                                                                   {"QUInt8Storage", "quint8"},
                                                                                   {"QInt32Storage", "qint32"},
                                                                                   {"UntypedStorage", ""}}};

std::string_view after_last_dot(std::string_view name)
{
    return name.substr(name.rfind('.') + 1); // npos + 1 is 0
}

std::optional<std::vector<std::int64_t>> sizes(const PickleTree &tree, const PickleNode &node)
{
    std::vector<std::int64_t> values;
    if ((node.kind != PickleKind::tuple && node.kind != PickleKind::list) || node.items.size() > kMostDimensions)
        return std::nullopt;
    for (const PickleRef item : node.items) {
        if (tree.at(item).kind != PickleKind::integer || tree.at(item).integer < 0)
            return std::nullopt;
        values.push_back(tree.at(item).integer);
    }
    return values;
}

bool is_key(std::string_view text)
{
    return !text.empty() && text.size() <= 200 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// Type, key and size of the storage; false where they are not understood.
bool read_storage(const PickleTree &tree, const PickleNode &node, PickledTensor &tensor)
{
    const auto item = [&](std::size_t i) -> const PickleNode & { return tree.at(node.items[i]); };
    const auto type = std::find_if(kStorages.begin(), kStorages.end(),
                                   [&](const auto &row) { return row.first == after_last_dot(item(1).text); });
    if (item(0).text != "storage" || type == kStorages.end() || item(4).kind != PickleKind::integer)
        return false;
    tensor.dtype = type->second;
    tensor.storage = key_text(item(2));
    tensor.storage_elements = item(4).integer;
    return is_key(tensor.storage) && tensor.storage_elements >= 0 && tensor.storage_elements <= kMostElements;
}

/// Counts the elements and checks that the last one lies within the storage.
bool fits(PickledTensor &tensor)
{
    tensor.elements = 1;
    for (const std::int64_t side : tensor.shape)
        if (__builtin_mul_overflow(tensor.elements, side, &tensor.elements) || tensor.elements > kMostElements)
            return std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end() && (tensor.elements = 0, true);
    if (tensor.elements == 0)
        return true;
    std::int64_t last = tensor.offset;
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
        std::int64_t step = 0;
        if (__builtin_mul_overflow(tensor.shape[i] - 1, tensor.strides[i], &step) || __builtin_add_overflow(last, step, &last))
            return false;
    }
    return last < tensor.storage_elements;
}

bool is_without_gaps(const PickledTensor &view)
{
    std::int64_t step = 1;
    for (std::size_t axis = view.shape.size(); axis-- > 0; step *= view.shape[axis])
        if (view.shape[axis] != 1 && view.strides[axis] != step)
            return false;
    return true;
}

} // namespace

std::vector<std::byte> gather(const PickledTensor &view, std::string_view storage)
{
    const std::size_t element = view.element_bytes;
    std::vector<std::byte> content(static_cast<std::size_t>(view.elements) * element);
    if (content.empty())
        return content;
    if (is_without_gaps(view)) {
        std::memcpy(content.data(), storage.data() + static_cast<std::size_t>(view.offset) * element, content.size());
        return content;
    }
    std::vector<std::int64_t> at(view.shape.size(), 0);
    std::int64_t from = view.offset;
    for (std::size_t to = 0; to < content.size(); to += element) {
        std::memcpy(content.data() + to, storage.data() + static_cast<std::size_t>(from) * element, element);
        for (std::size_t axis = at.size(); axis-- > 0;) {
            from += view.strides[axis];
            if (++at[axis] < view.shape[axis])
                break;
            from -= at[axis] * view.strides[axis];
            at[axis] = 0;
        }
    }
    return content;
}

Result<std::vector<std::byte>> gather_from(const PickledTensor &view, const std::string &key, LastStorage &last,
                                           const std::function<Result<std::string>()> &read_storage)
{
    if (last.key != key) {
        last = {}; // two at once may be more than the memory holds
        auto bytes = read_storage();
        if (!bytes)
            return forward(bytes);
        last.bytes = std::move(*bytes);
        last.key = key;
    }
    auto content = gather(view, last.bytes);
    if (content.size() >= last.bytes.size()) // as of most models: nothing else is in it
        last = {};
    return content;
}

std::string key_text(const PickleNode &key)
{
    return key.kind == PickleKind::integer ? std::to_string(key.integer) : key.text;
}

std::size_t element_bytes(std::string_view dtype)
{
    const auto row = std::find_if(kBytes.begin(), kBytes.end(), [&](const auto &r) { return r.first == dtype; });
    return row == kBytes.end() ? 0 : row->second;
}

Result<PickledTensor> pickled_tensor(const PickleTree &tree, const PickleNode &node, const std::string &what)
{
    const auto bad = [&](const char *problem) {
        return fail(ErrorCode::bad_format, what + ' ' + problem + " The file is damaged; download or save it again.");
    };
    PickledTensor tensor;
    if (node.kind != PickleKind::tensor || node.items.size() < 4 || !read_storage(tree, tree.at(node.items[0]), tensor))
        return bad("is described in a way that is not understood.");
    const auto shape = sizes(tree, tree.at(node.items[2]));
    const auto strides = sizes(tree, tree.at(node.items[3]));
    const PickleNode &offset = tree.at(node.items[1]);
    if (!shape || !strides || shape->size() != strides->size() || offset.kind != PickleKind::integer || offset.integer < 0)
        return bad("has a shape that is not understood.");
    tensor.shape = *shape;
    tensor.strides = *strides;
    tensor.offset = offset.integer;
    if (node.text.ends_with("_rebuild_tensor_v3") && node.items.size() > 6) { // the type stands apart from the storage
        tensor.dtype = after_last_dot(tree.at(node.items[6]).text);
        tensor.storage_elements /= static_cast<std::int64_t>(std::max<std::size_t>(1, element_bytes(tensor.dtype)));
    }
    tensor.element_bytes = element_bytes(tensor.dtype);
    if (tensor.element_bytes == 0)
        return bad("has a type that this program does not know.");
    if (!fits(tensor))
        return bad("reaches beyond the bytes that it names.");
    if (tensor.elements > std::max(tensor.storage_elements, kLargestRepeated / static_cast<std::int64_t>(tensor.element_bytes)))
        return bad("repeats the few numbers that are stored over and over.");
    return tensor;
}

} // namespace ca
