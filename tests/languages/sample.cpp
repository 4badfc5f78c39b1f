#include <string>
#include <vector>

#define LIMIT 10

namespace shop {

template <typename T>
class Cart : public Base {
public:
    explicit Cart(std::vector<T> items) : items_(std::move(items)) {
        count_ = items_.size();
    }
    virtual ~Cart() = default;
    bool sell(const std::string& name) const;

private:
    std::vector<T> items_;
    int count_;
};

enum class State { Open, Closed };

struct Item {
    std::string name;
    int price;
};

template <typename T>
bool Cart<T>::sell(const std::string& name) const
{
    if (name.empty()) {
        throw std::runtime_error("no name");
    }
    return true;
}

}  // namespace shop

int main(int argc, char** argv) {
    return argc;
}
