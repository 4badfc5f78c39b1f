package shop;

import java.util.List;

/** A cart of items. */
public final class Cart<T> extends Base implements Seller {
    private static final int LIMIT = 10;
    private List<T> items;

    public Cart(List<T> items) {
        super();
        this.items = items;
    }

    @Override
    public boolean sell(String name)
            throws IllegalStateException {
        if (items.isEmpty()) {
            throw new IllegalStateException("empty cart");
        }
        return items.remove(name);
    }

    enum State { OPEN, CLOSED }

    interface Visitor {
        void visit(Cart<?> cart);
    }

    record Item(String name, int price) {
        Item {
            assert price > 0;
        }
    }
}
