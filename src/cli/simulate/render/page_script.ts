/**
 * Values of the bucket under the pointer, read from the chart's own table. Nothing needs it. It may hold no
 * `</script`.
 */
export const SCRIPT = `
for (const figure of document.querySelectorAll("figure.chart")) {
  const readout = figure.querySelector(".readout");
  const rows = figure.querySelectorAll("tbody tr");
  const heads = figure.querySelectorAll("thead th");
  const plots = [...figure.querySelectorAll(".plot > svg")];
  if (rows.length === 0) continue;
  const cursors = plots.map((plot) => {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "cursor");
    line.setAttribute("y2", plot.dataset.height);
    return line;
  });
  const leave = () => {
    readout.textContent = "";
    cursors.forEach((cursor) => cursor.remove());
  };
  plots.forEach((plot) => {
    plot.addEventListener("pointerleave", leave);
    plot.addEventListener("pointermove", (event) => {
      const box = plot.getBoundingClientRect();
      const share = (event.clientX - box.left) / box.width;
      if (share < 0 || share > 1) return leave();
      const step = Number(plot.dataset.step);
      const bucket = Math.min(Math.floor(share / step), rows.length - 1);
      const cells = [...rows[bucket].cells].map((cell) => cell.textContent.trim());
      readout.textContent = cells.map((text, i) => i === 0 ? text : heads[i].textContent + " " + text).join(" · ");
      cursors.forEach((cursor, i) => {
        const x = Math.min((bucket + 0.5) * step, 1) * 100 + "%";
        cursor.setAttribute("x1", x);
        cursor.setAttribute("x2", x);
        plots[i].append(cursor);
      });
    });
  });
}
`;
