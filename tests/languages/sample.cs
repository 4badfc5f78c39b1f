using System;

namespace Shop
{
    public interface ISeller
    {
        bool Sell(string name);
    }

    [Serializable]
    public sealed class Cart : ISeller
    {
        private const int Limit = 10;

        public string Name { get; set; }

        public Cart(string name)
        {
            Name = name;
        }

        public bool Sell(string name)
        {
            if (name == "") throw new ArgumentException("no name");
            return true;
        }
    }

    public enum State { Open, Closed }
}
