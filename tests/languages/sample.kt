package shop

import java.util.Date

const val LIMIT = 10

data class Item(val name: String, val price: Int)

interface Seller {
    fun sell(name: String): Boolean
}

class Cart(private val items: MutableList<Item>) : Seller {
    override fun sell(name: String): Boolean {
        if (name.isEmpty()) throw IllegalArgumentException("no name")
        return items.removeIf { it.name == name }
    }

    companion object {
        fun empty() = Cart(mutableListOf())
    }
}

fun Cart.twice(): Int {
    val one = 1
    return one * 2
}
