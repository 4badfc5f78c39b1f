#include <stdio.h>

#define LIMIT 10
#define MAX(a, b) ((a) > (b) ? (a) : (b))

typedef struct cart {
    int count;
    char *name;
} cart_t;

enum state { OPEN, CLOSED };

static int sell(cart_t *cart, const char *name);

/* Sells one item. */
static int
sell(cart_t *cart, const char *name)
{
    if (cart->count == 0)
        return -1;
    cart->count--;
    return 0;
}

int main(int argc, char **argv) {
    printf("%d\n", argc);
    return 0;
}
