import React from "react";

interface Props {
  name: string;
}

export const Greeting: React.FC<Props> = ({ name }) => {
  const text = `Hello ${name}`;
  return (
    <section>
      <h1>{text}</h1>
    </section>
  );
};

export default function Page() {
  return <Greeting name="you" />;
}
