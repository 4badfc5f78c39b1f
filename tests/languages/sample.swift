import Foundation

let limit = 10

protocol Seller {
    func sell(name: String) -> Bool
}

final class Cart: Seller {
    private var items: [String]

    init(items: [String]) {
        self.items = items
        print(items)
    }

    func sell(name: String) -> Bool {
        guard !name.isEmpty else { return false }
        return items.contains(name)
    }
}

struct Item {
    var name: String
    var price: Int
}

enum State {
    case open, closed
}

extension Cart {
    func twice() -> Int {
        return 2 * limit
    }
}
